// HotOrder: what of a source is to come first in its image, and in which order. Made of a profile; where the store has
// an earlier version of the image with a hot range, that one's order is kept for what both have, so that they share its
// chunks. Immutable once made, so any thread may use it.
//
// A profile has what programs read. The kernel of a client whose mount reads ahead by a page asks for more: behind a
// read at a file's begin, and behind a large one, for up to as much again. Those pages come last, so that they are not
// in the way, and such a client need not fetch a whole chunk from elsewhere for each.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "format/profile.h"

namespace rootstream {

// Bytes [begin, end) of a file.
struct FilePart {
  std::string path;  // from the image's root, beginning with a slash
  uint64_t begin = 0;
  uint64_t end = 0;
  bool operator==(const FilePart&) const = default;
};

// The same, of a file that is known, and when it comes: parts with a lower rank come first.
struct HotPart {
  uint64_t begin = 0;
  uint64_t end = 0;
  size_t rank = 0;
  bool operator==(const HotPart&) const = default;
};

class HotOrder {
 public:
  HotOrder() = default;
  // `base`: what an earlier hot range had, in its order.
  HotOrder(const Profile& profile, const std::vector<FilePart>& base);

  bool empty() const { return parts_.empty() && names_.empty() && listed_.empty(); }
  // Of a file in blocks of `block` bytes: whole blocks, the last one cut at the file's end; ascending, none
  // twice. Where the profile saw another version of the file, what is around them, too: the same contents may
  // have moved a little.
  std::vector<HotPart> PartsOf(const std::string& path, const FileVersion& file, uint64_t block) const;
  bool HasParts(const std::string& path) const { return parts_.contains(path); }
  // Whether the name was needed: looked up, read, or listed with its directory.
  bool IsNeeded(const std::string& path) const;

 private:
  std::unordered_map<std::string, std::vector<HotPart>> parts_;  // by path; by rank
  std::unordered_multimap<std::string, FileVersion> recorded_;   // by path
  std::unordered_set<std::string> names_;
  std::unordered_set<std::string> listed_;  // directories
};

}  // namespace rootstream

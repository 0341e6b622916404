// HotOrder: which parts of a source form the hot range of its image, and in which order. It is made from a profile. If
// the store has an earlier version of the image with a hot range, the parts that both have keep the earlier order, so
// that chunks are shared. Immutable once made, and so thread-safe.
//
// A profile contains what programs read. A kernel whose mount reads ahead by a page also requests up to as much again
// after a read at the beginning of a file, and after a large read. Those pages are put at the end of the hot range.
// Otherwise such a client would have to fetch a whole chunk from elsewhere for each.
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

// A part of a known file with its rank: parts with a lower rank come first.
struct HotPart {
  uint64_t begin = 0;
  uint64_t end = 0;
  size_t rank = 0;
  bool operator==(const HotPart&) const = default;
};

class HotOrder {
 public:
  HotOrder() = default;
  // `base`: the parts of an earlier hot range, in their order.
  HotOrder(const Profile& profile, const std::vector<FilePart>& base);

  bool empty() const { return parts_.empty() && names_.empty() && listed_.empty(); }
  // The hot parts of a file, as whole blocks of `block` bytes; the last one ends with the file. Ascending, without
  // duplicates. If the profile saw another version of the file, blocks around them are added, since contents may have
  // moved.
  std::vector<HotPart> PartsOf(const std::string& path, const FileVersion& file, uint64_t block) const;
  bool HasParts(const std::string& path) const { return parts_.contains(path); }
  // True if the profile looked up, read or listed the name.
  bool IsNeeded(const std::string& path) const;

 private:
  std::unordered_map<std::string, std::vector<HotPart>> parts_;  // by path; by rank
  std::unordered_multimap<std::string, FileVersion> recorded_;   // by path
  std::unordered_set<std::string> names_;
  std::unordered_set<std::string> listed_;  // directories
};

}  // namespace rootstream

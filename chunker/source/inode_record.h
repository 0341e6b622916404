// An inode as it waits in a spool: everything of it but its name.
#pragma once

#include <string>
#include <vector>

#include "format/bytes.h"
#include "format/tree.h"

namespace rootstream {

// Positions in an image's stream: first what a profile names, then files joined, then files cut alone.
inline constexpr uint64_t kJoined = uint64_t{1} << 61;
inline constexpr uint64_t kAlone = uint64_t{1} << 62;

// Bytes [file_offset, +length) of a file, and where they are: in a spool, or in the image's stream.
struct FileExtent {
  uint64_t file_offset = 0;
  uint64_t length = 0;
  uint64_t position = 0;
  bool operator==(const FileExtent&) const = default;
};

// Adds an extent, or makes the last one longer.
void AppendExtent(std::vector<FileExtent>& extents, const FileExtent& extent);

struct InodeRecord {
  Inode inode;
  std::string target;
  XattrSet xattrs;
  std::vector<FileExtent> extents;

  void EncodeTo(Encoder& out) const;
  static InodeRecord Decode(Decoder& in);  // of a spool, so it knows no limits but its bytes' end
};

}  // namespace rootstream

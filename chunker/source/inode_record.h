// An inode without its name, as it is kept in a spool.
#pragma once

#include <string>
#include <vector>

#include "format/bytes.h"
#include "format/tree.h"

namespace rootstream {

// Positions in an image's stream: first the hot parts, then joined small files, then large files.
inline constexpr uint64_t kJoined = uint64_t{1} << 61;
inline constexpr uint64_t kAlone = uint64_t{1} << 62;

// Bytes [file_offset, file_offset + length) of a file, and their position in a spool or in the stream.
struct FileExtent {
  uint64_t file_offset = 0;
  uint64_t length = 0;
  uint64_t position = 0;
  bool operator==(const FileExtent&) const = default;
};

// Appends an extent, or extends the last one.
void AppendExtent(std::vector<FileExtent>& extents, const FileExtent& extent);

struct InodeRecord {
  Inode inode;
  std::string target;
  XattrSet xattrs;
  std::vector<FileExtent> extents;

  void EncodeTo(Encoder& out) const;
  static InodeRecord Decode(Decoder& in);  // trusts the bytes, since they come from a spool
};

}  // namespace rootstream

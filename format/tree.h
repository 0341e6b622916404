// Tree: the part of a shard that says what is in one subtree. Names, inodes, extents, xattrs, and which
// child shards continue it.
//
// A shard holds one listing at its top (all names of a directory, or a range of them) and everything
// below those names that is not in a child shard. The root shard's top holds a single entry with the
// empty name: the root directory. Hard-linked inodes lie in shared shards, which have an empty top.
// Immutable once decoded: a decoded Tree keeps every invariant below and needs no further checks.
// docs/format.md, "Tree".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/object_ref.h"

namespace rootstream {

// Bytes [file_offset, +length) of a file are bytes [stream_offset, +length) of its shard's stream.
// A file's extents ascend and do not touch past its size; what none covers is a hole.
struct Extent {
  uint64_t file_offset = 0;
  uint64_t length = 0;
  uint64_t stream_offset = 0;
  bool operator==(const Extent&) const = default;
};

// The names of one directory, or a part of them: a run of entries, or of ranges.
struct Listing {
  bool split = false;  // true: [begin, begin + count) of ranges, else of entries
  uint32_t begin = 0;
  uint32_t count = 0;
  bool operator==(const Listing&) const = default;
};

struct Inode {
  uint32_t mode = 0;  // type and permission bits, as in stat(2)
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint32_t nlink = 1;
  int64_t mtime_seconds = 0;  // since 1970, may be negative
  uint32_t mtime_nanoseconds = 0;
  uint32_t xattr_set = 0;  // 0: none; else 1 + number in xattr_sets
  uint64_t size = 0;       // regular: bytes; symlink: bytes of the target; directory: entries
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  uint32_t extent_begin = 0;  // regular
  uint32_t extent_count = 0;
  uint32_t target = 0;  // symlink: number in targets
  Listing listing;      // directory
  bool operator==(const Inode&) const = default;
};

inline constexpr uint32_t kNoChild = UINT32_MAX;

struct TreeEntry {
  std::string name;
  uint32_t child = kNoChild;  // kNoChild: row is this tree's; else: of that shared child shard
  uint32_t row = 0;
  bool operator==(const TreeEntry&) const = default;
};

// Names from `first_name` on, up to the next range's, are in the top listing of child shard `child`.
struct Range {
  std::string first_name;
  uint32_t child = 0;
  bool operator==(const Range&) const = default;
};

struct Xattr {
  std::string name;  // with its namespace: "user.x"
  std::string value;
  bool operator==(const Xattr&) const = default;
};
using XattrSet = std::vector<Xattr>;  // sorted by name, not empty

// One of a shard's chunk lists and the bytes of the stream it covers.
struct ListRef {
  ObjectRef ref;
  uint64_t stream_size = 0;
  bool operator==(const ListRef&) const = default;
};

struct Tree {
  Listing top;
  std::vector<TreeEntry> entries;  // listing by listing, sorted by name (as bytes) in each
  std::vector<Range> ranges;       // likewise
  std::vector<Inode> inodes;
  std::vector<Extent> extents;
  std::vector<std::string> targets;
  std::vector<XattrSet> xattr_sets;
  std::vector<ObjectRef> children;   // trees of child shards
  std::vector<ListRef> lists;        // this shard's chunk lists
  std::vector<ObjectRef> publisher;  // one for each list, or one if there is no list

  bool operator==(const Tree&) const = default;

  std::string Encode() const;
  // `holder`: the pack that the tree was read from.
  static Result<Tree> Decode(std::string_view plain, const Id& holder);

  bool is_root() const;  // the top is one entry with the empty name
  const TreeEntry* FindEntry(const Listing& listing, std::string_view name) const;
  // The range that would hold `name`; nullptr if it sorts before the first.
  const Range* FindRange(const Listing& listing, std::string_view name) const;
  size_t MemorySize() const;  // bytes, about
};

}  // namespace rootstream

// TreeBuilder: makes shards of bounded size from entries in canonical order. Not thread-safe.
//
// A small directory stays in the shard of its parent. When a directory is complete and its contents weigh more than
// kMaxWeight, its heaviest subdirectories become shards. If it is still too heavy, its names are split into ranges,
// each a shard. The ends of ranges depend only on names (on a hash of the first name of the next range), so a new name
// changes only the ranges beside it. If there are many ranges, shards of ranges are put above them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chunker/shard_writer.h"

namespace rootstream {

class TreeBuilder {
 public:
  static constexpr size_t kMaxWeight = 1024;            // of a shard; an entry weighs at least 1
  static constexpr size_t kMinWeight = kMaxWeight / 4;  // of a range, and of a directory that becomes a shard

  // The place of a hard-linked inode in a shared shard.
  struct Shared {
    ShardHandle shard = 0;
    uint32_t row = 0;
  };
  struct Entry {
    uint32_t depth = 0;
    std::string name;
    InodeRecord record;  // if not shared
    std::optional<Shared> shared;
    bool needed = false;  // by the profile
  };

  explicit TreeBuilder(ShardWriter& writer) : writer_(writer) {}

  // Adds a hard-linked inode; all of them come before the entries. `nlink` is in the record.
  Result<Shared> AddShared(InodeRecord record, bool needed);
  Status FinishShared();

  Status Add(Entry entry);       // the root first, then in canonical order
  Result<ShardHandle> Finish();  // the root shard

  uint64_t inodes() const { return inodes_; }

 private:
  struct Node;
  struct NodeRange {
    std::string first_name;
    ShardHandle shard = 0;
  };
  struct Contents {  // of a directory or a part of one
    std::vector<Node> nodes;
    std::vector<NodeRange> ranges;
    size_t weight = 0;
  };
  struct Node {
    std::string name;
    InodeRecord record;
    std::optional<Shared> shared;
    bool needed = false;
    std::unique_ptr<Contents> contents;  // of a directory
    size_t weight() const;
  };
  struct OpenDirectory {  // whose entries are not all there yet
    Node self;
    size_t subdirectories = 0;
    size_t entries = 0;
    std::optional<std::vector<NodeRange>> split;  // its ranges so far, if it is split
  };
  class Drafter;

  Status CloseTo(size_t depth);
  Status Complete(OpenDirectory& open);
  Status CutOffHeavy(Contents& contents, size_t limit);
  Status CutRanges(OpenDirectory& open, bool all);
  Status RaiseRanges(std::vector<NodeRange>& ranges);
  Result<ShardHandle> Write(const Contents& contents);

  ShardWriter& writer_;
  std::vector<InodeRecord> shared_;  // inodes of the current shared shard
  bool shared_needed_ = false;       // the profile needs one of them
  ShardHandle next_shared_ = 0;
  std::vector<OpenDirectory> open_;
  std::optional<Node> root_;
  uint64_t inodes_ = 0;
};

}  // namespace rootstream

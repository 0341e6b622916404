// TreeBuilder: entries in canonical order become shards of bounded size. Not thread-safe.
//
// A directory's contents stay in its parent's shard while they are small. When a directory is complete
// and what hangs below it weighs more than kMaxWeight, its heavy subdirectories become shards of their
// own; if it is still too heavy, its names are split into ranges. Where a range ends depends on the names
// alone (a hash of the first name of the next), so adding names changes the ranges beside them and no
// others. A directory of many ranges gets shards of ranges above them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chunker/shard_writer.h"

namespace rootstream {

class TreeBuilder {
 public:
  static constexpr size_t kMaxWeight = 1024;            // of a shard; an entry weighs 1 at least
  static constexpr size_t kMinWeight = kMaxWeight / 4;  // of a range, and of a directory that is cut off

  // One hard-linked inode's place in a shared shard.
  struct Shared {
    ShardHandle shard = 0;
    uint32_t row = 0;
  };
  struct Entry {
    uint32_t depth = 0;
    std::string name;
    InodeRecord record;  // unless shared
    std::optional<Shared> shared;
    bool needed = false;  // by the profile
  };

  explicit TreeBuilder(ShardWriter& writer) : writer_(writer) {}

  // Hard-linked inodes, before all entries. `nlink` is in the record.
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
  struct Contents {  // of a directory, or of a part of one
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
  struct Open {  // a directory that is not complete
    Node self;
    size_t subdirectories = 0;
    size_t entries = 0;
    std::optional<std::vector<NodeRange>> split;  // its ranges so far, once it is known to need them
  };
  class Drafter;

  Status CloseTo(size_t depth);
  Status Complete(Open& open);
  Status CutOffHeavy(Contents& contents, size_t limit);
  Status CutRanges(Open& open, bool all);
  Status RaiseRanges(std::vector<NodeRange>& ranges);
  Result<ShardHandle> Write(const Contents& contents);

  ShardWriter& writer_;
  std::vector<InodeRecord> shared_;  // of the shared shard that is being filled
  bool shared_needed_ = false;       // some of them
  ShardHandle next_shared_ = 0;
  std::vector<Open> open_;
  std::optional<Node> root_;
  uint64_t inodes_ = 0;
};

}  // namespace rootstream

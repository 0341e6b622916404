// An opened image: names, inodes and directories by inode number, without any FUSE. Thread-safe.
//
// Every call may have to load a shard, so every answer comes through a callback: at once on this
// thread when all is in memory or on the disk, later on another thread when the network is asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/callback.h"
#include "base/guarded.h"
#include "fusefs/image/recorder.h"
#include "fusefs/image/shard_table.h"

namespace rootstream {

inline constexpr uint64_t kRootInode = 1;
inline constexpr int kRowBits = 20;
static_assert(kRowBits > 16, "a shard has up to 2^16 rows, a directory position is a row and one");

// An inode and the shard that holds it, which stays in memory as long as the Node lives.
struct Node {
  ShardPtr shard;
  uint32_t number = 0;  // of the shard
  uint32_t row = 0;

  const Inode& inode() const { return shard->tree.inodes[row]; }
  uint64_t id() const;
};

// A run of entries of one directory, and where the next run begins.
struct EntryRun {
  ShardPtr shard;
  uint32_t number = 0;
  uint32_t begin = 0;  // entries [begin, end) of the shard's tree
  uint32_t end = 0;

  // A position in the directory: just behind entry `entry`. Never 0, and above 2^20.
  uint64_t PositionAfter(uint32_t entry) const { return (uint64_t{number} << kRowBits) | (entry + 1); }
};

struct DirectoryNumbers {
  uint64_t own = 0;
  uint64_t parent = 0;  // the root's is its own
};

struct DirectoryPart {
  DirectoryNumbers numbers;     // of the inodes
  std::optional<EntryRun> run;  // nullopt: the end
};

class Image {
 public:
  using NodeDone = Callback<Node>;
  using LookupDone = Callback<std::optional<Node>>;  // nullopt: no such name
  using PartDone = Callback<DirectoryPart>;

  // All references outlive the image.
  Image(ObjectCache& cache, const ObjectRef& root, size_t shard_memory, const Foresight& foresight, Recorder& recorder);

  void Find(uint64_t inode, NodeDone done);
  void Lookup(uint64_t directory, const std::string& name, LookupDone done);
  // The run at `position`: 0 for the first, else a PositionAfter() of this directory. Never empty. A
  // position that this directory never gave is its end.
  void ReadDirectory(uint64_t directory, uint64_t position, PartDone done);
  // From the root; for a hard link, by the name it was first met by. kInvalid: it was never met.
  void PathOf(uint64_t inode, Callback<std::string> done);

  // What an entry names. For a hard link in a shared shard that is not in memory: nullopt at once.
  std::optional<Node> LoadedNode(const EntryRun& run, const TreeEntry& entry);
  uint64_t InodeOf(const EntryRun& run, const TreeEntry& entry);

 private:
  void FollowEntry(const ShardPtr& shard, uint32_t number, const TreeEntry& entry, LookupDone done);
  struct Search;
  using SearchPtr = std::shared_ptr<Search>;
  void LookupIn(const SearchPtr& search, const ShardPtr& shard, uint32_t number, Listing listing);

  struct Scan;
  using ScanPtr = std::shared_ptr<Scan>;
  void RunAt(const ScanPtr& scan, uint64_t position);
  void FirstRun(const ScanPtr& scan, const ShardPtr& shard, uint32_t number, Listing listing);
  void RunOfRange(const ScanPtr& scan, const Tree& tree, uint32_t number, uint32_t range);
  void NextRun(const ScanPtr& scan, uint32_t number);
  uint64_t ParentInode(const Node& directory);

  // From a place in the tree up to the root, gathering names: see PathOf in the .cc.
  struct Climb;
  using ClimbPtr = std::shared_ptr<Climb>;
  void ClimbFrom(const ClimbPtr& climb, uint64_t inode);
  void ClimbFromRow(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number, uint32_t row);
  void ClimbFromEntry(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number, uint32_t entry);

  // Where a hard link in a shared shard was met. Of so many only, so that a walk of a tree that is
  // all hard links stays within memory.
  struct NamedAt {
    uint32_t number = 0;
    uint32_t entry = 0;
  };
  static constexpr size_t kMaxLinkNames = 1 << 16;
  uint64_t SharedInode(const ShardPtr& shard, uint32_t number, const TreeEntry& entry);

  Recorder& recorder_;
  ShardTable shards_;
  Guarded<std::unordered_map<uint64_t, NamedAt>> link_names_;
};

}  // namespace rootstream

// Image: an opened image; names, inodes and directories, by inode number. It knows nothing of FUSE. Thread-safe.
//
// Every call may have to load a shard, so every answer comes through a callback: during the call, if everything is in
// memory or on the disk, or later on another thread, if it must be fetched.
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

// An inode, and the shard that holds it. The shard stays in memory as long as the Node exists.
struct Node {
  ShardPtr shard;
  uint32_t number = 0;  // of the shard
  uint32_t row = 0;

  const Inode& inode() const { return shard->tree.inodes[row]; }
  uint64_t id() const;
};

// Consecutive entries of one directory, in one shard.
struct EntryRun {
  ShardPtr shard;
  uint32_t number = 0;
  uint32_t begin = 0;  // entries [begin, end) of the shard's tree
  uint32_t end = 0;

  // The directory position after entry `entry`. Never 0, and above 2^20.
  uint64_t PositionAfter(uint32_t entry) const { return (uint64_t{number} << kRowBits) | (entry + 1); }
};

struct DirectoryNumbers {
  uint64_t own = 0;
  uint64_t parent = 0;  // of the root: itself
};

struct DirectoryPart {
  DirectoryNumbers numbers;     // inode numbers
  std::optional<EntryRun> run;  // nullopt: the end
};

class Image {
 public:
  using NodeDone = Callback<Node>;
  using LookupDone = Callback<std::optional<Node>>;  // nullopt: no such name
  using PartDone = Callback<DirectoryPart>;

  // All references must outlive the image.
  Image(ObjectCache& cache, const ObjectRef& root, size_t shard_memory, const Foresight& foresight, Recorder& recorder);

  void Find(uint64_t inode, NodeDone done);
  void Lookup(uint64_t directory, const std::string& name, LookupDone done);
  // The entries from `position` on: 0, or a PositionAfter() of this directory. Never empty. For any other position, the
  // answer is the end of the directory.
  void ReadDirectory(uint64_t directory, uint64_t position, PartDone done);
  // The path of an inode from the root. For a hard link, the name by which it was found first. kInvalid: it was never
  // found.
  void PathOf(uint64_t inode, Callback<std::string> done);

  // The inode of an entry. nullopt for a hard link whose shared shard is not in memory; nothing is fetched.
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

  // Walks from a place in the tree to the root and collects names: see PathOf in the .cc.
  struct Climb;
  using ClimbPtr = std::shared_ptr<Climb>;
  void ClimbFrom(const ClimbPtr& climb, uint64_t inode);
  void ClimbFromRow(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number, uint32_t row);
  void ClimbFromEntry(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number, uint32_t entry);

  // The places at which hard links of shared shards were found. Their number is limited, to bound memory.
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

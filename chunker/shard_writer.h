// ShardWriter: writes drafts of shards as objects into packs. Not thread-safe.
//
// Children are added before their parents. Shards that signed images of the store already have are not written. They
// are recognised by a key: the hash of everything in the shard, with its children's keys in place of their references,
// so it does not depend on where objects lie. New shards are collected and written one pack at a time: chunk lists and
// publisher's parts first, then trees by height, so that trees that are walked together lie together. Shards that the
// profile needs come last, beside the root, so that one request gets them.
#pragma once

#include <optional>
#include <unordered_set>
#include <vector>

#include "chunker/chunk_store.h"
#include "chunker/source/inode_record.h"
#include "format/chunk.h"
#include "format/manifest.h"
#include "format/tree.h"

namespace rootstream {

using ShardHandle = uint32_t;

// A shard whose objects have no places yet. `tree` has neither references nor extents: children are given as handles,
// and the extents of each inode by positions in the stream.
struct ShardDraft {
  Tree tree;
  std::vector<std::vector<FileExtent>> extents;  // by inode
  std::vector<ShardHandle> children;             // in the order of tree.children
  bool needed = false;                           // by the profile
};

class ShardWriter {
 public:
  // `stream`: all chunks of the stream, with their places; those before position kJoined are the hot range, in order.
  ShardWriter(PackWriter& writer, const ChunkStore& chunks, const std::vector<StreamChunk>& stream,
              const KnownContent& known, int level);

  Result<ShardHandle> Add(ShardDraft draft);
  Status Finish();
  // After Finish().
  ObjectRef RefOf(ShardHandle shard) const;
  const HotRange& hot() const { return hot_; }
  uint64_t hot_bytes() const { return hot_bytes_; }  // stored bytes of the hot metadata

  size_t shards() const { return placed_.size(); }
  size_t new_shards() const { return new_shards_; }

 private:
  struct Written {
    ObjectRef ref;
    // The writer's number of the pack for which `ref` says "own pack"; nullopt: `ref` is complete, since the store had
    // the object before.
    std::optional<uint32_t> pack;
  };
  struct Placed {
    Id key;
    uint32_t height = 0;
    bool needed = false;
    Written tree;
    std::vector<Written> hot_lists;  // chunk lists of hot chunks
  };
  struct List {        // a chunk list
    size_t begin = 0;  // chunks [begin, end) of the shard's
    size_t end = 0;
    bool hot = false;
    uint64_t stream_size = 0;
    Written written;
  };
  struct Pending {
    ShardHandle handle = 0;
    ShardDraft draft;
    std::vector<uint32_t> chunks;  // numbers in the ChunkStore, in the stream's order
    std::vector<List> lists;
    std::vector<Written> publisher;
  };

  std::vector<const StreamChunk*> UsedChunks(const ShardDraft& draft) const;
  static std::vector<List> DivideChunks(const std::vector<const StreamChunk*>& used);
  void PlaceExtents(ShardDraft& draft, const std::vector<const StreamChunk*>& used) const;
  Id KeyOf(const ShardDraft& draft, const std::vector<uint32_t>& chunks) const;
  Result<Written> Write(std::string_view plain);
  ObjectRef SeenFrom(uint32_t pack, const Written& written) const;
  ObjectRef Complete(const Written& written) const;  // after its pack is closed
  Status WritePublisherParts(Pending& pending);
  Status WriteList(Pending& pending, List& list);
  Status WriteTree(Pending& pending);
  Status WritePending();
  Status WriteHotRange();
  Result<std::vector<Written>> WriteHotLists(const std::vector<ObjectRef>& objects);
  using Ids = std::unordered_set<Id, IdHash>;
  Result<std::vector<ObjectRef>> HotListsOfKnown(const ObjectRef& tree, const Ids& hot) const;

  PackWriter& writer_;
  const ChunkStore& chunks_;
  const std::vector<StreamChunk>& stream_;
  const KnownContent& known_;
  Compressor compressor_;
  std::vector<Placed> placed_;
  std::vector<Pending> pending_;
  size_t pending_size_ = 0;  // bytes, estimated
  size_t new_shards_ = 0;
  std::vector<Written> hot_data_;  // lists
  std::vector<Written> hot_metadata_;
  HotRange hot_;
  uint64_t hot_bytes_ = 0;
};

}  // namespace rootstream

// ShardWriter: drafts of shards become objects in packs. Not thread-safe.
//
// Drafts come children first. What the store's signed images already have is not written: a shard is
// known by its key, the hash of all it says with its children given by their keys, so it does not matter
// where its objects lie. New ones are gathered and written a pack at a time: chunk lists and publisher's
// parts, then trees by height, so that what is walked together lies together. What the profile needs of
// them comes last, where the root is, so that it comes in one run.
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

// A shard before its objects have places. `tree` has no refs and no extents: children are handles, and
// extents are given for each inode in the stream's positions.
struct ShardDraft {
  Tree tree;
  std::vector<std::vector<FileExtent>> extents;  // by inode
  std::vector<ShardHandle> children;             // by tree.children's number
  bool needed = false;                           // by the profile
};

class ShardWriter {
 public:
  // `stream`: its chunks, all with their places; those below kJoined are the hot range's, in order.
  ShardWriter(PackWriter& writer, const ChunkStore& chunks, const std::vector<StreamChunk>& stream,
              const KnownContent& known, int level);

  Result<ShardHandle> Add(ShardDraft draft);
  Status Finish();
  // After Finish().
  ObjectRef RefOf(ShardHandle shard) const;
  const HotRange& hot() const { return hot_; }
  uint64_t hot_bytes() const { return hot_bytes_; }  // stored, of its metadata

  size_t shards() const { return placed_.size(); }
  size_t new_shards() const { return new_shards_; }

 private:
  struct Written {
    ObjectRef ref;
    // Number in the writer of the pack that `ref` means by its own; nullopt: it is complete, of an object
    // that the store had before.
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
  ObjectRef Complete(const Written& written) const;  // once its pack is closed
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
  Sealer sealer_;
  std::vector<Placed> placed_;
  std::vector<Pending> pending_;
  size_t pending_size_ = 0;  // bytes, about
  size_t new_shards_ = 0;
  std::vector<Written> hot_data_;  // lists
  std::vector<Written> hot_metadata_;
  HotRange hot_;
  uint64_t hot_bytes_ = 0;
};

}  // namespace rootstream

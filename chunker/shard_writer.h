// ShardWriter: drafts of shards become objects in packs.
//
// Drafts come children first. What the store's signed images already have is not written: a shard is
// known by its key, the hash of all it says with its children given by their keys, so it does not matter
// where its objects lie. New ones are gathered and written a pack at a time: chunk lists and publisher's
// parts, then trees by height, so that what is walked together lies together.
#pragma once

#include <optional>
#include <vector>

#include "chunker/chunk_store.h"
#include "chunker/inode_record.h"
#include "format/chunk.h"
#include "format/tree.h"

namespace rootstream {

using ShardHandle = uint32_t;

// A shard before its objects have places. `tree` has no refs and no extents: children are handles, and
// extents are given for each inode in the stream's positions.
struct ShardDraft {
  Tree tree;
  std::vector<std::vector<FileExtent>> extents;  // by inode
  std::vector<ShardHandle> children;             // by tree.children's number
};

class ShardWriter {
 public:
  // `joined`, `alone`: the stream's chunks, all with their places.
  ShardWriter(PackWriter& writer, const ChunkStore& chunks, const std::vector<StreamChunk>& joined,
              const std::vector<StreamChunk>& alone, const KnownContent& known, int level);

  Result<ShardHandle> Add(ShardDraft draft);
  Status Finish();
  ObjectRef RefOf(ShardHandle shard) const;  // after Finish()

  size_t shards() const { return placed_.size(); }
  size_t new_shards() const { return new_shards_; }

 private:
  struct Written {
    ObjectRef ref;      // in_own_pack
    uint32_t pack = 0;  // number in the writer
  };
  struct Placed {
    Id key;
    uint32_t height = 0;
    bool known = false;  // `tree.ref` is complete, wherever it lies
    Written tree;
  };
  struct Pending {
    ShardHandle handle = 0;
    ShardDraft draft;
    std::vector<uint32_t> chunks;  // numbers in the ChunkStore, in the stream's order
    std::vector<Written> lists;
    std::vector<uint64_t> list_sizes;  // bytes of the stream
    std::vector<Written> publisher;
  };

  std::vector<const StreamChunk*> UsedChunks(const ShardDraft& draft) const;
  void PlaceExtents(ShardDraft& draft, const std::vector<const StreamChunk*>& used) const;
  Id KeyOf(const ShardDraft& draft, const std::vector<uint32_t>& chunks) const;
  Result<Written> Write(std::string_view plain);
  ObjectRef SeenFrom(uint32_t pack, const Written& written) const;
  Status WriteLists(Pending& pending);
  Status Flush();

  PackWriter& writer_;
  const ChunkStore& chunks_;
  const std::vector<StreamChunk>& joined_;
  const std::vector<StreamChunk>& alone_;
  const KnownContent& known_;
  Sealer sealer_;
  std::vector<Placed> placed_;
  std::vector<Pending> pending_;
  size_t pending_size_ = 0;  // bytes, about
  size_t new_shards_ = 0;
};

}  // namespace rootstream

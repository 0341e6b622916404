#include "chunker/shard_writer.h"

#include <algorithm>
#include <set>

#include "chunker/stream_writer.h"
#include "format/chunk_list.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kFlushSize = 16 << 20;  // bytes of drafts in memory, and about one pack of objects

size_t SizeOf(const ShardDraft& draft) {
  size_t size = draft.tree.MemorySize();
  for (const auto& extents : draft.extents) size += sizeof extents + extents.size() * sizeof(FileExtent);
  return size;
}

// The index of the chunk that holds `position`.
size_t IndexOf(const std::vector<StreamChunk>& chunks, uint64_t position) {
  const auto after = std::upper_bound(
      chunks.begin(), chunks.end(), position,
      [](uint64_t at, const StreamChunk& chunk) { return at < chunk.start; });
  return after - chunks.begin() - 1;
}

}  // namespace

ShardWriter::ShardWriter(PackWriter& writer, const ChunkStore& chunks,
                         const std::vector<StreamChunk>& joined,
                         const std::vector<StreamChunk>& alone, const KnownContent& known,
                         int level)
    : writer_(writer),
      chunks_(chunks),
      joined_(joined),
      alone_(alone),
      known_(known),
      sealer_(level) {}

// Joined chunks first, then those of large files, each by position: consecutive in a file means
// consecutive in the shard's stream.
std::vector<const StreamChunk*> ShardWriter::UsedChunks(const ShardDraft& draft) const {
  std::set<size_t> joined, alone;
  for (const auto& extents : draft.extents) {
    for (const FileExtent& extent : extents) {
      const bool is_alone = (extent.position & kAlone) != 0;
      const std::vector<StreamChunk>& chunks = is_alone ? alone_ : joined_;
      const size_t last = IndexOf(chunks, extent.position + extent.length - 1);
      for (size_t i = IndexOf(chunks, extent.position); i <= last; ++i)
        (is_alone ? alone : joined).insert(i);
    }
  }
  std::vector<const StreamChunk*> used;
  for (const size_t i : joined) used.push_back(&joined_[i]);
  for (const size_t i : alone) used.push_back(&alone_[i]);
  return used;
}

void ShardWriter::PlaceExtents(ShardDraft& draft,
                               const std::vector<const StreamChunk*>& used) const {
  std::vector<uint64_t> starts;  // of each used chunk in the shard's stream
  uint64_t stream = 0;
  for (const StreamChunk* chunk : used) {
    starts.push_back(stream);
    stream += chunk->plain_size;
  }
  for (size_t i = 0; i < draft.extents.size(); ++i) {
    Inode& inode = draft.tree.inodes[i];
    inode.extent_begin = static_cast<uint32_t>(draft.tree.extents.size());
    inode.extent_count = static_cast<uint32_t>(draft.extents[i].size());
    for (const FileExtent& extent : draft.extents[i]) {
      const auto after = std::upper_bound(
          used.begin(), used.end(), extent.position,
          [](uint64_t at, const StreamChunk* chunk) { return at < chunk->start; });
      const size_t index = after - used.begin() - 1;
      draft.tree.extents.push_back({extent.file_offset, extent.length,
                                    starts[index] + (extent.position - used[index]->start)});
    }
  }
  draft.extents.clear();
}

Id ShardWriter::KeyOf(const ShardDraft& draft, const std::vector<uint32_t>& chunks) const {
  Tree said = draft.tree;
  for (const ShardHandle child : draft.children) said.children.push_back({.id = placed_[child].key});
  Encoder out;
  out.Raw(said.Encode());
  for (const uint32_t chunk : chunks) out.Raw(chunks_.RefOf(chunk).id.view());
  return Sha256(out.bytes());
}

Result<ShardHandle> ShardWriter::Add(ShardDraft draft) {
  const std::vector<const StreamChunk*> used = UsedChunks(draft);
  PlaceExtents(draft, used);
  std::vector<uint32_t> chunks;
  for (const StreamChunk* chunk : used) chunks.push_back(chunk->stored);
  const auto handle = static_cast<ShardHandle>(placed_.size());
  Placed placed{.key = KeyOf(draft, chunks)};
  for (const ShardHandle child : draft.children)
    placed.height = std::max(placed.height, placed_[child].height + 1);
  if (const auto found = known_.shards.find(placed.key); found != known_.shards.end()) {
    placed.known = true;
    placed.tree.ref = found->second;
    placed_.push_back(placed);
    writer_.store().RenewPack(placed.tree.ref.pack, 0);
    return handle;
  }
  placed_.push_back(placed);
  ++new_shards_;
  pending_size_ += SizeOf(draft) + chunks.size() * 128;
  pending_.push_back({.handle = handle, .draft = std::move(draft), .chunks = std::move(chunks)});
  if (pending_size_ >= kFlushSize) RS_CHECK(Flush());
  return handle;
}

Result<ShardWriter::Written> ShardWriter::Write(std::string_view plain) {
  if (plain.size() > kMaxPartPlain)
    return Invalid("a directory's metadata does not fit into one shard: " +
                   std::to_string(plain.size()) + " bytes");
  const std::string stored = sealer_.Seal(plain);
  RS_TRY(const PackWriter::Place place, writer_.Append(stored));
  return Written{{Sha256(stored), Id{}, place.offset, static_cast<uint32_t>(stored.size()),
                  static_cast<uint32_t>(plain.size())},
                 place.pack};
}

// A reference as an object in pack `pack` has to write it.
ObjectRef ShardWriter::SeenFrom(uint32_t pack, const Written& written) const {
  return written.pack == pack ? written.ref : Resolve(written.ref, writer_.id(written.pack));
}

Status ShardWriter::WriteLists(Pending& pending) {
  size_t done = 0;
  do {
    const size_t count = std::min(kMaxChunksPerList, pending.chunks.size() - done);
    PublisherPart part{.shard_key = placed_[pending.handle].key};
    ChunkList list;
    for (size_t i = done; i < done + count; ++i) {
      list.chunks.push_back(chunks_.RefOf(pending.chunks[i]));
      part.plain_hashes.push_back(chunks_.PlainHashOf(pending.chunks[i]));
    }
    RS_CHECK(writer_.CloseWhenFull());
    if (count > 0) {
      RS_TRY(const Written written, Write(list.Encode()));
      pending.lists.push_back(written);
      pending.list_sizes.push_back(list.plain_size());
    }
    RS_TRY(const Written written, Write(part.Encode()));
    pending.publisher.push_back(written);
    done += count;
  } while (done < pending.chunks.size());
  return Ok();
}

Status ShardWriter::Flush() {
  for (Pending& pending : pending_) RS_CHECK(WriteLists(pending));
  std::stable_sort(pending_.begin(), pending_.end(), [&](const Pending& a, const Pending& b) {
    return placed_[a.handle].height < placed_[b.handle].height;
  });
  for (Pending& pending : pending_) {
    RS_CHECK(writer_.CloseWhenFull());
    const uint32_t pack = writer_.open_number();
    Tree& tree = pending.draft.tree;
    for (size_t i = 0; i < pending.lists.size(); ++i)
      tree.lists.push_back({SeenFrom(pack, pending.lists[i]), pending.list_sizes[i]});
    for (const Written& part : pending.publisher) tree.publisher.push_back(SeenFrom(pack, part));
    for (const ShardHandle child : pending.draft.children) {
      const Placed& placed = placed_[child];
      tree.children.push_back(placed.known ? placed.tree.ref : SeenFrom(pack, placed.tree));
    }
    RS_TRY(placed_[pending.handle].tree, Write(tree.Encode()));
  }
  pending_.clear();
  pending_size_ = 0;
  return writer_.Close();
}

Status ShardWriter::Finish() { return Flush(); }

ObjectRef ShardWriter::RefOf(ShardHandle shard) const {
  const Placed& placed = placed_[shard];
  return placed.known ? placed.tree.ref
                      : Resolve(placed.tree.ref, writer_.id(placed.tree.pack));
}

}  // namespace rootstream

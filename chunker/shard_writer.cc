#include "chunker/shard_writer.h"

#include <algorithm>
#include <set>

#include "format/chunk_list.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kFlushSize = 16 << 20;  // bytes of drafts in memory, and about one pack of objects

size_t SizeOf(const ShardDraft& draft) {
  size_t size = draft.tree.MemorySize();
  for (const auto& extents : draft.extents)
    size += sizeof(std::vector<FileExtent>) + extents.size() * sizeof(FileExtent);
  return size;
}

// The index of the chunk that holds `position`.
size_t IndexOf(const std::vector<StreamChunk>& chunks, uint64_t position) {
  const auto after = std::upper_bound(chunks.begin(), chunks.end(), position,
                                      [](uint64_t at, const StreamChunk& chunk) { return at < chunk.start; });
  return after - chunks.begin() - 1;
}

}  // namespace

ShardWriter::ShardWriter(PackWriter& writer, const ChunkStore& chunks, const std::vector<StreamChunk>& stream,
                         const KnownContent& known, int level)
    : writer_(writer), chunks_(chunks), stream_(stream), known_(known), compressor_(level) {}

// By position: consecutive in a file means consecutive in the shard's stream.
std::vector<const StreamChunk*> ShardWriter::UsedChunks(const ShardDraft& draft) const {
  std::set<size_t> numbers;
  for (const auto& extents : draft.extents) {
    for (const FileExtent& extent : extents) {
      const size_t last = IndexOf(stream_, extent.position + extent.length - 1);
      for (size_t i = IndexOf(stream_, extent.position); i <= last; ++i) numbers.insert(i);
    }
  }
  std::vector<const StreamChunk*> used;
  for (const size_t i : numbers) used.push_back(&stream_[i]);
  return used;
}

// Lists of kMaxChunksPerList, and none with both hot chunks and others.
std::vector<ShardWriter::List> ShardWriter::DivideChunks(const std::vector<const StreamChunk*>& used) {
  std::vector<List> lists;
  for (size_t i = 0; i < used.size(); ++i) {
    const bool hot = used[i]->start < kJoined;
    if (lists.empty() || lists.back().hot != hot || i - lists.back().begin == kMaxChunksPerList)
      lists.push_back({.begin = i, .hot = hot});
    lists.back().end = i + 1;
    lists.back().stream_size += used[i]->plain_size;
  }
  return lists;
}

void ShardWriter::PlaceExtents(ShardDraft& draft, const std::vector<const StreamChunk*>& used) const {
  std::vector<uint64_t> starts;  // the start of each used chunk in the shard's stream
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
      const auto after = std::upper_bound(used.begin(), used.end(), extent.position,
                                          [](uint64_t at, const StreamChunk* chunk) { return at < chunk->start; });
      const size_t index = after - used.begin() - 1;
      draft.tree.extents.push_back(
          {extent.file_offset, extent.length, starts[index] + (extent.position - used[index]->start)});
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
  for (const ShardHandle child : draft.children) placed.height = std::max(placed.height, placed_[child].height + 1);
  placed.needed = draft.needed;
  // A client that needs a range has read this shard; other shards may need a shared shard.
  for (const Range& range : draft.tree.ranges) placed.needed |= placed_[draft.children[range.child]].needed;
  if (const auto found = known_.shards.find(placed.key); found != known_.shards.end()) {
    placed.tree = {found->second, std::nullopt};
    placed_.push_back(placed);
    writer_.store().RenewPack(placed.tree.ref.pack, 0);
    return handle;
  }
  placed_.push_back(placed);
  ++new_shards_;
  pending_size_ += SizeOf(draft) + chunks.size() * 128;
  pending_.push_back(
      {.handle = handle, .draft = std::move(draft), .chunks = std::move(chunks), .lists = DivideChunks(used)});
  if (pending_size_ >= kFlushSize) {
    RS_CHECK(WritePending());
    RS_CHECK(writer_.Close());
  }
  return handle;
}

Result<ShardWriter::Written> ShardWriter::Write(std::string_view plain) {
  if (plain.size() > kMaxPartPlain)
    return Invalid("a directory's metadata does not fit into one shard: " + std::to_string(plain.size()) + " bytes");
  const std::string stored = compressor_.Compress(plain);
  RS_TRY(const PackWriter::Place place, writer_.Append(stored));
  return Written{
      {Sha256(stored), Id{}, place.offset, static_cast<uint32_t>(stored.size()), static_cast<uint32_t>(plain.size())},
      place.pack};
}

// A reference as an object in pack `pack` has to write it.
ObjectRef ShardWriter::SeenFrom(uint32_t pack, const Written& written) const {
  return written.pack == pack ? written.ref : Complete(written);
}

ObjectRef ShardWriter::Complete(const Written& written) const {
  return written.pack ? Resolve(written.ref, writer_.id(*written.pack)) : written.ref;
}

Status ShardWriter::WriteList(Pending& pending, List& list) {
  RS_CHECK(writer_.CloseWhenFull());
  ChunkList out;
  for (size_t i = list.begin; i < list.end; ++i) out.chunks.push_back(chunks_.RefOf(pending.chunks[i]));
  RS_TRY(list.written, Write(out.Encode()));
  if (list.hot) placed_[pending.handle].hot_lists.push_back(list.written);
  return Ok();
}

// One for each list; one if there is none.
Status ShardWriter::WritePublisherParts(Pending& pending) {
  std::vector<List> lists = pending.lists;
  if (lists.empty()) lists.emplace_back();
  for (const List& list : lists) {
    PublisherPart part{.shard_key = placed_[pending.handle].key};
    for (size_t i = list.begin; i < list.end; ++i) part.plain_hashes.push_back(chunks_.PlainHashOf(pending.chunks[i]));
    RS_CHECK(writer_.CloseWhenFull());
    RS_TRY(const Written written, Write(part.Encode()));
    pending.publisher.push_back(written);
  }
  return Ok();
}

Status ShardWriter::WriteTree(Pending& pending) {
  RS_CHECK(writer_.CloseWhenFull());
  const uint32_t pack = writer_.open_number();
  Tree& tree = pending.draft.tree;
  for (const List& list : pending.lists) tree.lists.push_back({SeenFrom(pack, list.written), list.stream_size});
  for (const Written& part : pending.publisher) tree.publisher.push_back(SeenFrom(pack, part));
  for (const ShardHandle child : pending.draft.children) tree.children.push_back(SeenFrom(pack, placed_[child].tree));
  RS_TRY(placed_[pending.handle].tree, Write(tree.Encode()));
  return Ok();
}

Status ShardWriter::WritePending() {
  // A shared shard comes before all shards that may refer to it, needed or not.
  const auto comes_last = [&](const Pending& pending) {
    return placed_[pending.handle].needed && pending.draft.tree.top.count > 0;
  };
  for (Pending& pending : pending_) {
    for (List& list : pending.lists)
      if (!list.hot) RS_CHECK(WriteList(pending, list));
    RS_CHECK(WritePublisherParts(pending));
  }
  std::stable_sort(pending_.begin(), pending_.end(), [&](const Pending& a, const Pending& b) {
    return std::pair(comes_last(a), placed_[a.handle].height) < std::pair(comes_last(b), placed_[b.handle].height);
  });
  const auto last = std::find_if(pending_.begin(), pending_.end(), comes_last);
  for (auto it = pending_.begin(); it != last; ++it) {
    for (List& list : it->lists)
      if (list.hot) RS_CHECK(WriteList(*it, list));
    RS_CHECK(WriteTree(*it));
  }
  for (auto it = last; it != pending_.end(); ++it)
    for (List& list : it->lists)
      if (list.hot) RS_CHECK(WriteList(*it, list));
  for (auto it = last; it != pending_.end(); ++it) RS_CHECK(WriteTree(*it));
  pending_.clear();
  pending_size_ = 0;
  return Ok();
}

Status ShardWriter::Finish() {
  RS_CHECK(WritePending());
  RS_CHECK(WriteHotRange());
  RS_CHECK(writer_.Close());
  for (const Written& list : hot_data_) hot_.data.push_back(Complete(list));
  for (const Written& list : hot_metadata_) hot_.metadata.push_back(Complete(list));
  return Ok();
}

// What is needed first comes first: the highest trees, each with its chunk lists.
Status ShardWriter::WriteHotRange() {
  std::vector<ObjectRef> data;
  for (size_t i = 0; i < stream_.size() && stream_[i].start < kJoined; ++i)
    data.push_back(chunks_.RefOf(stream_[i].stored));
  if (data.empty()) return Ok();
  Ids hot;
  for (const ObjectRef& chunk : data) hot.insert(chunk.id);
  std::vector<const Placed*> needed;
  for (const Placed& placed : placed_)
    if (placed.needed) needed.push_back(&placed);
  std::stable_sort(needed.begin(), needed.end(),
                   [](const Placed* a, const Placed* b) { return a->height > b->height; });
  RS_CHECK(writer_.CloseWhenFull());
  const uint32_t pack = writer_.open_number();
  std::vector<ObjectRef> metadata;
  for (const Placed* placed : needed) {
    metadata.push_back(SeenFrom(pack, placed->tree));
    for (const Written& list : placed->hot_lists) metadata.push_back(SeenFrom(pack, list));
    if (placed->tree.pack) continue;
    RS_TRY(const std::vector<ObjectRef> lists, HotListsOfKnown(placed->tree.ref, hot));
    metadata.insert(metadata.end(), lists.begin(), lists.end());
  }
  for (const ObjectRef& object : metadata) hot_bytes_ += object.stored_size;
  RS_TRY(hot_data_, WriteHotLists(data));
  RS_TRY(hot_metadata_, WriteHotLists(metadata));
  return Ok();
}

// Into the pack that is open, which the references in `objects` may mean.
Result<std::vector<ShardWriter::Written>> ShardWriter::WriteHotLists(const std::vector<ObjectRef>& objects) {
  std::vector<Written> out;
  for (size_t done = 0; done < objects.size(); done += kMaxChunksPerList) {
    const auto begin = objects.begin() + static_cast<ptrdiff_t>(done);
    const size_t count = std::min(kMaxChunksPerList, objects.size() - done);
    const std::string list = ChunkList{{begin, begin + static_cast<ptrdiff_t>(count)}}.Encode();
    // A list that refers to the open pack cannot be in the store yet.
    const auto known = known_.hot_lists.find(Sha256(list));
    if (known != known_.hot_lists.end()) {
      out.push_back({known->second, std::nullopt});
    } else {
      RS_TRY(const Written written, Write(list));
      out.push_back(written);
    }
  }
  if (out.size() > kMaxHotLists) return Invalid("the profile names too much");
  return out;
}

// Of a shard that an earlier publish wrote: the chunk lists whose chunks are in this hot range.
Result<std::vector<ObjectRef>> ShardWriter::HotListsOfKnown(const ObjectRef& tree_ref, const Ids& hot) const {
  RS_TRY(const std::string bytes, writer_.store().ReadObject(tree_ref));
  RS_TRY(const Tree tree, Tree::Decode(bytes, tree_ref.pack));
  std::vector<ObjectRef> lists;
  for (const ListRef& list : tree.lists) {
    RS_TRY(const std::string list_bytes, writer_.store().ReadObject(list.ref));
    RS_TRY(const ChunkList chunks, ChunkList::Decode(list_bytes, list.ref.pack));
    const auto is_hot = [&](const ObjectRef& chunk) { return hot.contains(chunk.id); };
    if (std::any_of(chunks.chunks.begin(), chunks.chunks.end(), is_hot)) lists.push_back(list.ref);
  }
  return lists;
}

ObjectRef ShardWriter::RefOf(ShardHandle shard) const { return Complete(placed_[shard].tree); }

}  // namespace rootstream

#include "chunker/earlier_hot_range.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "format/chunk_list.h"
#include "format/limits.h"
#include "format/tree.h"

namespace rootstream {
namespace {

class HotWalk {
 public:
  HotWalk(const StoreFolder& store, const Manifest& manifest) : store_(store) {
    uint64_t start = 0;
    for (const ObjectRef& ref : manifest.hot.data) {
      for (const ObjectRef& chunk : ReadList(ref).chunks) {
        starts_.try_emplace(chunk.id, start);
        start += chunk.plain_size;
      }
    }
    const auto root = ReadShard(manifest.root);
    if (!root || root->tree.top.count == 0) return;
    Visit(*root, root->tree.entries[root->tree.top.begin].row, "");
  }

  std::vector<FilePart> Parts() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) { return a.start < b.start; });
    std::vector<FilePart> parts;
    for (Found& found : found_) parts.push_back(std::move(found.part));
    return parts;
  }

 private:
  struct Found {
    uint64_t start;  // in the hot stream
    FilePart part;
  };
  struct Hot {  // a chunk in a shard's stream
    uint64_t begin;
    uint64_t end;
    uint64_t start;  // in the hot stream
  };
  struct Shard {
    Tree tree;
    std::vector<Hot> hot;
  };

  ChunkList ReadList(const ObjectRef& ref) const {
    const auto bytes = store_.ReadObject(ref);
    auto list = bytes.ok() ? ChunkList::Decode(*bytes, ref.pack) : bytes.error();
    return list.ok() ? std::move(*list) : ChunkList();
  }

  std::optional<Shard> ReadShard(const ObjectRef& ref) const {
    const auto bytes = store_.ReadObject(ref);
    auto tree = bytes.ok() ? Tree::Decode(*bytes, ref.pack) : bytes.error();
    if (!tree.ok()) return std::nullopt;
    Shard shard{std::move(*tree), {}};
    uint64_t list_begin = 0;
    for (const ListRef& list : shard.tree.lists) {
      uint64_t at = list_begin;
      for (const ObjectRef& chunk : ReadList(list.ref).chunks) {
        const auto hot = starts_.find(chunk.id);
        if (hot != starts_.end()) shard.hot.push_back({at, at + chunk.plain_size, hot->second});
        at += chunk.plain_size;
      }
      list_begin += list.stream_size;
    }
    return shard;
  }

  // Many names lead to one shared shard, which is read once.
  const Shard* ReadShared(const ObjectRef& ref) {
    const auto [found, is_new] = shared_.try_emplace(ref.id);
    if (is_new) found->second = ReadShard(ref);
    return found->second ? &*found->second : nullptr;
  }

  void Visit(const Shard& shard, uint32_t row, const std::string& path) {
    const Inode& inode = shard.tree.inodes[row];
    if (S_ISDIR(inode.mode)) return List(shard, inode.listing, path);
    if (!S_ISREG(inode.mode)) return;
    for (uint32_t i = 0; i < inode.extent_count; ++i) {
      const Extent& extent = shard.tree.extents[inode.extent_begin + i];
      for (const Hot& hot : shard.hot) {
        const uint64_t begin = std::max(extent.stream_offset, hot.begin);
        const uint64_t end = std::min(extent.stream_offset + extent.length, hot.end);
        if (begin >= end) continue;
        const uint64_t offset = extent.file_offset + (begin - extent.stream_offset);
        found_.push_back({hot.start + (begin - hot.begin), {path, offset, offset + (end - begin)}});
      }
    }
  }

  void List(const Shard& shard, const Listing& listing, const std::string& path) {
    const Tree& tree = shard.tree;
    for (uint32_t i = listing.begin; i < listing.begin + listing.count; ++i) {
      if (listing.split) {
        const auto child = ReadShard(tree.children[tree.ranges[i].child]);
        if (child) List(*child, child->tree.top, path);
        continue;
      }
      const TreeEntry& entry = tree.entries[i];
      if (entry.child == kNoChild) {
        Visit(shard, entry.row, path + "/" + entry.name);
      } else if (const Shard* shared = ReadShared(tree.children[entry.child])) {
        if (entry.row < shared->tree.inodes.size()) Visit(*shared, entry.row, path + "/" + entry.name);
      }
    }
  }

  const StoreFolder& store_;
  std::unordered_map<Id, uint64_t, IdHash> starts_;  // of hot chunks, in the hot stream
  std::unordered_map<Id, std::optional<Shard>, IdHash> shared_;
  std::vector<Found> found_;
};

}  // namespace

std::vector<FilePart> EarlierHotRange(const StoreFolder& store, const ImageName& image) {
  const auto images = store.ListImages();
  if (!images.ok()) return {};
  std::optional<Manifest> best;
  std::pair<bool, int64_t> best_rank;
  for (const ImageName& other : *images) {
    if (other.name != image.name) continue;
    const auto bytes = store.ReadRef(other);
    const auto ref = bytes.ok() ? Ref::Decode(*bytes) : bytes.error();
    const auto body = ref.ok() ? Ref::DecodeBody(ref->body) : ref.error();
    const auto manifest = body.ok() ? Manifest::Decode(body->manifest) : body.error();
    if (!manifest.ok() || manifest->hot.data.empty()) continue;
    const std::pair<bool, int64_t> rank(other.tag == image.tag, body->issued);
    if (best && rank <= best_rank) continue;
    best = *manifest;
    best_rank = rank;
  }
  return best ? HotWalk(store, *best).Parts() : std::vector<FilePart>();
}

}  // namespace rootstream

#include "chunker/earlier_hot_range.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "format/chunk_list.h"
#include "format/limits.h"
#include "format/ref.h"
#include "format/shard_walk.h"

namespace rootstream {
namespace {

constexpr size_t kMostPaths = kMaxProfile;  // bytes of the paths of all parts together

class HotWalk {
 public:
  HotWalk(const Store& store, const Manifest& manifest) : store_(store) {
    uint64_t start = 0;
    for (const ObjectRef& ref : manifest.hot.data) {
      for (const ObjectRef& chunk : ReadList(ref).chunks) {
        starts_.try_emplace(chunk.id, start);
        start += chunk.plain_size;
      }
    }
    walk_.AddRoot(manifest.root);
    while (const auto visit = walk_.Next()) Enter(*visit);
    for (const Name& name : shared_names_) {
      const auto found = shared_.find(name.shard);
      if (found == shared_.end() || name.row >= found->second.size()) continue;
      for (const Part& part : found->second[name.row]) Found(name.path, part);
    }
  }

  std::vector<FilePart> Parts() {
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<FilePart> parts;
    for (auto& [start, part] : found_) parts.push_back(std::move(part));
    return parts;
  }

 private:
  struct Hot {  // a chunk in a shard's stream
    uint64_t begin;
    uint64_t end;
    uint64_t start;  // in the hot stream
  };
  struct Part {      // of a file
    uint64_t start;  // in the hot stream
    uint64_t begin;
    uint64_t end;
  };
  struct Name {  // of an inode in a shared shard
    ObjectRef shard;
    uint32_t row;
    std::string path;
  };
  struct Directory {  // whose names are to be listed
    Listing listing;
    std::string path;  // of their directory
  };

  ChunkList ReadList(const ObjectRef& ref) const {
    const auto bytes = store_.ReadObject(ref);
    auto list = bytes.ok() ? ChunkList::Decode(*bytes, ref.pack) : bytes.error();
    return list.ok() ? std::move(*list) : ChunkList();
  }

  void Enter(const ShardWalk::Visit& visit) {
    const auto bytes = store_.ReadObject(visit.shard);
    const auto tree = bytes.ok() ? walk_.Enter(visit, *bytes) : bytes.error();
    if (!tree.ok()) return;
    const std::vector<Hot> hot = HotOf(*tree);
    if (tree->top.count == 0) {  // hard-linked inodes, named by other shards
      for (const Inode& inode : tree->inodes) shared_[visit.shard].push_back(PartsOf(*tree, inode, hot));
      return;
    }
    std::vector<Directory> directories;
    if (visit.depth == 0) {
      directories.push_back({tree->inodes[tree->entries[tree->top.begin].row].listing, ""});
    } else {
      directories.push_back({tree->top, tops_[visit.shard]});
    }
    while (!directories.empty()) {  // a loop, so that deep trees need no stack
      const Directory directory = std::move(directories.back());
      directories.pop_back();
      for (uint32_t i = 0; i < directory.listing.count; ++i)
        List(*tree, hot, directory, directory.listing.begin + i, directories);
    }
  }

  void List(const Tree& tree, const std::vector<Hot>& hot, const Directory& directory, uint32_t number,
            std::vector<Directory>& directories) {
    if (directory.listing.split) {
      tops_.try_emplace(tree.children[tree.ranges[number].child], directory.path);
      return;
    }
    const TreeEntry& entry = tree.entries[number];
    std::string path = directory.path + "/" + entry.name;
    if (path.size() > kMaxProfilePath || paths_size_ > kMostPaths) return;
    if (entry.child != kNoChild) {
      paths_size_ += path.size();
      shared_names_.push_back({tree.children[entry.child], entry.row, std::move(path)});
      return;
    }
    const Inode& inode = tree.inodes[entry.row];
    if (S_ISDIR(inode.mode)) return directories.push_back({inode.listing, std::move(path)});
    for (const Part& part : PartsOf(tree, inode, hot)) Found(path, part);
  }

  std::vector<Hot> HotOf(const Tree& tree) const {
    std::vector<Hot> hot;
    uint64_t list_begin = 0;
    for (const ListRef& list : tree.lists) {
      uint64_t at = list_begin;
      for (const ObjectRef& chunk : ReadList(list.ref).chunks) {
        const auto start = starts_.find(chunk.id);
        if (start != starts_.end()) hot.push_back({at, at + chunk.plain_size, start->second});
        at += chunk.plain_size;
      }
      list_begin += list.stream_size;
    }
    return hot;
  }

  static std::vector<Part> PartsOf(const Tree& tree, const Inode& inode, const std::vector<Hot>& hot) {
    std::vector<Part> parts;
    if (!S_ISREG(inode.mode)) return parts;
    for (uint32_t i = 0; i < inode.extent_count; ++i) {
      const Extent& extent = tree.extents[inode.extent_begin + i];
      for (const Hot& chunk : hot) {
        const uint64_t begin = std::max(extent.stream_offset, chunk.begin);
        const uint64_t end = std::min(extent.stream_offset + extent.length, chunk.end);
        if (begin >= end) continue;
        const uint64_t offset = extent.file_offset + (begin - extent.stream_offset);
        parts.push_back({chunk.start + (begin - chunk.begin), offset, offset + (end - begin)});
      }
    }
    return parts;
  }

  void Found(const std::string& path, const Part& part) {
    if (paths_size_ > kMostPaths) return;
    paths_size_ += path.size();
    found_.emplace_back(part.start, FilePart{path, part.begin, part.end});
  }

  const Store& store_;
  ShardWalk walk_;
  std::unordered_map<Id, uint64_t, IdHash> starts_;             // of hot chunks, in the hot stream
  std::map<ObjectRef, std::string> tops_;                       // by shard: the directory whose names its top lists
  std::map<ObjectRef, std::vector<std::vector<Part>>> shared_;  // by shard, by row
  std::vector<Name> shared_names_;
  std::vector<std::pair<uint64_t, FilePart>> found_;  // with its start in the hot stream
  size_t paths_size_ = 0;
};

}  // namespace

std::vector<FilePart> EarlierHotRange(const Store& store, const ImageName& image, const std::vector<PublicKey>& keys) {
  const auto images = store.ListImages();
  if (!images.ok()) return {};
  std::optional<Manifest> best;
  std::pair<bool, int64_t> best_rank;
  for (const ImageName& other : *images) {
    if (other.name != image.name) continue;
    const auto bytes = store.ReadRef(other);
    const auto ref = bytes.ok() ? Ref::Decode(*bytes) : bytes.error();
    if (!ref.ok() || !IsSignedByOneOf(*ref, keys)) continue;
    const auto body = Ref::DecodeBody(ref->body);
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

#include "chunker/known_content.h"

#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include "format/chunk_list.h"
#include "format/limits.h"
#include "format/ref.h"
#include "format/shard_walk.h"

namespace rootstream {
namespace {

class Loader {
 public:
  Loader(const Store& store, const std::vector<PublicKey>& keys, size_t max_chunks)
      : store_(store), keys_(keys), max_chunks_(max_chunks) {}

  KnownContent Load() {
    const auto images = store_.ListImages();
    const auto packs = store_.ListPacks();
    if (!images.ok() || !packs.ok()) return {};
    for (const Store::Named& pack : *packs) pack_sizes_.emplace(pack.id, pack.info.size);
    for (const ImageName& image : *images) LoadImage(image);
    PassOnBreaks();
    for (const Shard& shard : shards_)
      if (!shard.is_broken && shard.key) known_.shards.emplace(*shard.key, shard.ref);
    return std::move(known_);
  }

 private:
  struct Shard {
    ObjectRef ref;
    std::optional<Id> key;
    std::vector<ObjectRef> children;
    bool is_broken = false;  // it, or something below it, cannot be reused
  };

  void LoadImage(const ImageName& image) {
    const auto bytes = store_.ReadRef(image);
    if (!bytes.ok()) return;
    // A signature with one of our keys is enough, whatever the threshold and the age of the image.
    const auto ref = Ref::Decode(*bytes);
    if (!ref.ok() || !IsSignedByOneOf(*ref, keys_)) return;
    const auto body = Ref::DecodeBody(ref->body);
    const auto manifest = body.ok() ? Manifest::Decode(body->manifest) : body.error();
    if (!manifest.ok()) return;
    for (const ObjectRef& list : manifest->hot.data) NoteHot(list);
    for (const ObjectRef& list : manifest->hot.metadata) NoteHotList(list, kMaxPartPlain);
    walk_.AddRoot(manifest->root);
    while (const auto visit = walk_.Next()) shards_.push_back(LoadShard(*visit));
  }

  Result<ChunkList> ReadList(const ObjectRef& ref, size_t max_plain) const {
    RS_TRY(const std::string bytes, store_.ReadObject(ref));
    return ChunkList::Decode(bytes, ref.pack, max_plain);
  }

  std::optional<ChunkList> NoteHotList(const ObjectRef& ref, size_t max_plain) {
    auto list = ReadList(ref, max_plain);
    if (!list.ok()) return std::nullopt;
    known_.hot_lists.emplace(Sha256(list->Encode()), ref);
    return std::move(*list);
  }

  void NoteHot(const ObjectRef& list) {
    const auto chunks = NoteHotList(list, kMaxChunkPlain);
    if (!chunks) return;
    for (const ObjectRef& chunk : chunks->chunks) hot_.insert(chunk.id);
  }

  Shard LoadShard(const ShardWalk::Visit& visit) {
    Shard shard{.ref = visit.shard, .is_broken = true};
    const auto bytes = store_.ReadObject(visit.shard);
    const auto tree = bytes.ok() ? walk_.Enter(visit, *bytes) : bytes.error();
    if (!tree.ok()) return shard;
    shard.is_broken = false;
    shard.children = tree->children;
    for (size_t i = 0; i < tree->publisher.size(); ++i)
      if (!LoadPart(*tree, i, shard.key)) shard.is_broken = true;
    return shard;
  }

  // A shard is reused together with all shards below it.
  void PassOnBreaks() {
    std::map<ObjectRef, std::vector<Shard*>> parents;
    for (Shard& shard : shards_)
      for (const ObjectRef& child : shard.children) parents[child].push_back(&shard);
    std::vector<ObjectRef> broken;
    for (const Shard& shard : shards_)
      if (shard.is_broken) broken.push_back(shard.ref);
    while (!broken.empty()) {
      const ObjectRef below = broken.back();
      broken.pop_back();
      for (Shard* parent : parents[below])
        if (!std::exchange(parent->is_broken, true)) broken.push_back(parent->ref);
    }
  }

  bool LoadPart(const Tree& tree, size_t number, std::optional<Id>& key) {
    const ObjectRef& ref = tree.publisher[number];
    const auto bytes = store_.ReadObject(ref);
    const auto part = bytes.ok() ? PublisherPart::Decode(*bytes) : bytes.error();
    if (!part.ok()) return false;
    key = part->shard_key;
    if (tree.lists.empty()) return part->plain_hashes.empty();
    const ObjectRef& list_ref = tree.lists[number].ref;
    const auto list = ReadList(list_ref, kMaxChunkPlain);
    if (!list.ok() || list->chunks.size() != part->plain_hashes.size()) return false;
    bool whole = true;
    for (size_t i = 0; i < list->chunks.size(); ++i) {
      const ObjectRef& chunk = list->chunks[i];
      if (!PackIsThere(chunk)) {
        whole = false;
      } else if (const bool hot = hot_.contains(chunk.id);
                 known_.chunks.size() < max_chunks_ && plain_[hot].insert(part->plain_hashes[i]).second) {
        known_.chunks.push_back({part->plain_hashes[i], chunk, hot});
      }
    }
    return whole;
  }

  bool PackIsThere(const ObjectRef& ref) {
    const auto pack = pack_sizes_.find(ref.pack);
    return pack != pack_sizes_.end() && ref.offset + ref.stored_size <= pack->second;
  }

  const Store& store_;
  const std::vector<PublicKey>& keys_;
  const size_t max_chunks_;
  KnownContent known_;
  ShardWalk walk_;
  std::vector<Shard> shards_;                // in the order of the walk
  std::unordered_set<Id, IdHash> plain_[2];  // of other chunks, of hot ones
  std::unordered_set<Id, IdHash> hot_;       // ids
  std::unordered_map<Id, uint64_t, IdHash> pack_sizes_;
};

}  // namespace

KnownContent KnownContent::Load(const Store& store, const std::vector<PublicKey>& keys, size_t max_chunks) {
  return Loader(store, keys, max_chunks).Load();
}

}  // namespace rootstream

#include "chunker/image_check.h"

#include <unordered_set>

#include "base/interrupt.h"
#include "format/chunk_list.h"
#include "format/limits.h"
#include "format/posix_acl.h"
#include "format/tree.h"

namespace rootstream {
namespace {

class Checker {
 public:
  Checker(const Store& store, const KnownContent& known) : store_(store) {
    for (const auto& [key, tree] : known.shards) seen_.insert(tree.id);
  }

  Status Check(const Manifest& manifest) {
    RS_TRY(const auto packs, store_.ListPacks());
    for (const Store::Named& pack : packs) pack_sizes_.emplace(pack.id, pack.info.size);
    for (const ObjectRef& list : manifest.hot.data) RS_CHECK(CheckList(list, kMaxChunkPlain));
    for (const ObjectRef& list : manifest.hot.metadata) RS_CHECK(CheckList(list, kMaxPartPlain));
    Push(manifest.root, 0);
    while (!waiting_.empty()) {
      if (WasInterrupted()) return Failed("interrupted");
      const Waiting next = waiting_.back();
      waiting_.pop_back();
      if (next.depth > kMaxShardDepth) return Corrupt("shards lie too deep below one another");
      RS_CHECK(CheckShard(next));
    }
    return Ok();
  }

 private:
  struct Waiting {
    ObjectRef ref;
    size_t depth = 0;
  };

  void Push(const ObjectRef& ref, size_t depth) {
    if (seen_.insert(ref.id).second) waiting_.push_back({ref, depth});
  }

  Status CheckShard(const Waiting& shard) {
    RS_TRY(const std::string bytes, store_.ReadObject(shard.ref));
    const auto tree = Tree::Decode(bytes, shard.ref.pack);
    if (!tree.ok()) return Of("shard " + shard.ref.id.Hex(), tree.error());
    if (shard.depth == 0 && !tree->is_root()) return Corrupt("the root shard is none");
    for (const XattrSet& set : tree->xattr_sets) RS_CHECK(CheckAcls(set));
    for (const ListRef& list : tree->lists) {
      RS_TRY(const uint64_t size, CheckList(list.ref, kMaxChunkPlain));
      if (size != list.stream_size) return Corrupt("a chunk list covers another part of its stream");
    }
    for (const ObjectRef& ref : tree->publisher) {
      RS_TRY(const std::string part, store_.ReadObject(ref));
      RS_CHECK(PublisherPart::Decode(part));
    }
    for (const ObjectRef& child : tree->children) Push(child, shard.depth + 1);
    return Ok();
  }

  static Status CheckAcls(const XattrSet& set) {
    for (const Xattr& xattr : set)
      if ((xattr.name == kAclAccessXattr || xattr.name == kAclDefaultXattr) && !DecodeAcl(xattr.value))
        return Corrupt("a damaged " + xattr.name);
    return Ok();
  }

  // The bytes of the stream that are covered.
  Result<uint64_t> CheckList(const ObjectRef& ref, size_t max_plain) {
    RS_TRY(const std::string bytes, store_.ReadObject(ref));
    const auto list = ChunkList::Decode(bytes, ref.pack, max_plain);
    if (!list.ok()) return Of("chunk list " + ref.id.Hex(), list.error());
    for (const ObjectRef& chunk : list->chunks)
      if (chunk.offset + uint64_t{chunk.stored_size} > SizeOf(chunk.pack))
        return Corrupt("pack " + chunk.pack.Hex() + ": it ends too early, or is not there");
    return list->plain_size();
  }

  uint64_t SizeOf(const Id& pack) const {
    const auto size = pack_sizes_.find(pack);
    return size == pack_sizes_.end() ? 0 : size->second;
  }

  const Store& store_;
  std::vector<Waiting> waiting_;
  std::unordered_set<Id, IdHash> seen_;  // trees
  std::unordered_map<Id, uint64_t, IdHash> pack_sizes_;
};

}  // namespace

Status CheckWritten(const Store& store, const KnownContent& known, const std::string& manifest) {
  RS_TRY(const Manifest decoded, Manifest::Decode(manifest));
  return Checker(store, known).Check(decoded);
}

}  // namespace rootstream

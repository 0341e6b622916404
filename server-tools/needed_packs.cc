#include "server-tools/needed_packs.h"

#include <algorithm>

#include "format/chunk_list.h"
#include "format/limits.h"
#include "format/tree.h"

namespace rootstream {

Status NeededPacks::Add(const Manifest& manifest) {
  for (const ObjectRef& list : manifest.hot.data) RS_CHECK(AddList(list, kMaxChunkPlain));
  for (const ObjectRef& list : manifest.hot.metadata) RS_CHECK(AddList(list, kMaxPartPlain));
  if (IsNew(manifest.root)) to_visit_.push_back({manifest.root, 0});
  while (!to_visit_.empty()) {
    const Visit next = to_visit_.back();
    to_visit_.pop_back();
    RS_CHECK(AddShard(next));
  }
  return Ok();
}

bool NeededPacks::IsNew(const ObjectRef& ref) { return seen_.emplace(ref.pack, ref.id).second; }

void NeededPacks::Note(const ObjectRef& ref) {
  const auto [pack, is_new] = ends_.try_emplace(ref.pack, 0);
  pack->second = std::max(pack->second, ref.offset + ref.stored_size);
  if (is_new) meet_(ref.pack);
}

Status NeededPacks::AddShard(const Visit& visit) {
  const std::string shown = "shard " + visit.tree.id.Hex();
  if (visit.depth > kMaxShardDepth) return Corrupt(shown + ": too many shards are above it");
  Note(visit.tree);
  const auto plain = read_(visit.tree);
  if (!plain.ok()) return Of(shown, plain.error());
  const auto tree = Tree::Decode(*plain, visit.tree.pack);
  if (!tree.ok()) return Of(shown, tree.error());
  for (const ObjectRef& part : tree->publisher) Note(part);
  for (const ListRef& list : tree->lists) RS_CHECK(AddList(list.ref, kMaxChunkPlain));
  for (const ObjectRef& child : tree->children)
    if (IsNew(child)) to_visit_.push_back({child, visit.depth + 1});
  return Ok();
}

Status NeededPacks::AddList(const ObjectRef& ref, size_t max_plain) {
  Note(ref);
  if (!IsNew(ref)) return Ok();
  const std::string shown = "chunk list " + ref.id.Hex();
  const auto plain = read_(ref);
  if (!plain.ok()) return Of(shown, plain.error());
  const auto list = ChunkList::Decode(*plain, ref.pack, max_plain);
  if (!list.ok()) return Of(shown, list.error());
  for (const ObjectRef& object : list->chunks) Note(object);
  return Ok();
}

}  // namespace rootstream

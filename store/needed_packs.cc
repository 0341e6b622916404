#include "store/needed_packs.h"

#include <algorithm>

#include "format/chunk_list.h"
#include "format/limits.h"

namespace rootstream {

Status NeededPacks::Add(const Manifest& manifest) {
  for (const ObjectRef& list : manifest.hot.data) RS_CHECK(AddList(list, kMaxChunkPlain));
  for (const ObjectRef& list : manifest.hot.metadata) RS_CHECK(AddList(list, kMaxPartPlain));
  walk_.AddRoot(manifest.root);
  while (const auto next = walk_.Next()) RS_CHECK(AddShard(*next));
  return Ok();
}

void NeededPacks::Note(const ObjectRef& ref) {
  NotePack(ref);
  note_(ref);
}

void NeededPacks::NotePack(const ObjectRef& ref) {
  const auto [pack, is_new] = ends_.try_emplace(ref.pack, 0);
  pack->second = std::max(pack->second, ref.offset + ref.stored_size);
  if (is_new) meet_(ref.pack);
}

Status NeededPacks::AddShard(const ShardWalk::Visit& visit) {
  const std::string shown = "shard " + visit.shard.id.Hex();
  Note(visit.shard);
  const auto plain = read_(visit.shard);
  if (!plain.ok()) return Of(shown, plain.error());
  const auto tree = walk_.Enter(visit, *plain);
  if (!tree.ok()) return Of(shown, tree.error());
  for (const ObjectRef& part : tree->publisher) NotePack(part);
  for (const ListRef& list : tree->lists) RS_CHECK(AddList(list.ref, kMaxChunkPlain));
  return Ok();
}

Status NeededPacks::AddList(const ObjectRef& ref, size_t max_plain) {
  Note(ref);
  if (!walk_.Meet(ref)) return Ok();
  const std::string shown = "chunk list " + ref.id.Hex();
  const auto plain = read_(ref);
  if (!plain.ok()) return Of(shown, plain.error());
  const auto list = ChunkList::Decode(*plain, ref.pack, max_plain);
  if (!list.ok()) return Of(shown, list.error());
  for (const ObjectRef& object : list->chunks) Note(object);
  return Ok();
}

}  // namespace rootstream

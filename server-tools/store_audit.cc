#include "server-tools/store_audit.h"

#include "format/chunk.h"
#include "format/chunk_list.h"
#include "format/limits.h"
#include "format/tree.h"

namespace rootstream {
namespace {

constexpr size_t kCachedPacks = 3;

}  // namespace

void Auditor::Damage(const std::string& object, const std::string& why) {
  report_.damages.push_back(object + ": " + why);
}

void Auditor::CheckImage(const ImageName& image) {
  ++report_.images;
  const std::string shown = "image " + image.ToString();
  const auto bytes = read_(image.RefPath(), kMaxRef);
  if (!bytes.ok()) return Damage(shown, bytes.error().message);
  // Age and serial are the clients' business; here only what was written counts.
  const auto ref = CheckRef(*bytes, image, {.keys = keys_, .insecure = keys_.empty()});
  if (!ref.ok()) return Damage(shown, ref.error().message);
  const std::string path = "manifests/" + ref->manifest_id.Hex();
  const auto manifest = read_(path, kMaxManifest);
  if (!manifest.ok()) {
    Damage(path, manifest.error().message);
  } else if (*manifest != ref->body.manifest) {
    Damage(path, "it is not the manifest it is named for");
  }
  seen_manifests_.insert(ref->manifest_id);
  CheckShards(ref->manifest, shown);
}

void Auditor::CheckManifest(const Id& id) {
  if (!seen_manifests_.insert(id).second) return;
  const std::string path = "manifests/" + id.Hex();
  const auto bytes = read_(path, kMaxManifest);
  if (!bytes.ok()) return Damage(path, bytes.error().message);
  if (Sha256(*bytes) != id) return Damage(path, "its bytes have another hash");
  const auto manifest = Manifest::Decode(*bytes);
  if (!manifest.ok()) return Damage(path, manifest.error().message);
  CheckShards(*manifest, path);
}

void Auditor::CheckShards(const Manifest& manifest, const std::string& image) {
  CheckShard(manifest.root, image, true);
}

void Auditor::CheckShard(const ObjectRef& ref, const std::string& image, bool is_root) {
  if (!seen_shards_.insert(ref.id).second) return;
  ++report_.shards;
  const std::string shown = image + ": shard " + ref.id.Hex();
  const auto bytes = ReadObject(ref);
  if (!bytes.ok()) return Damage(shown, bytes.error().message);
  const auto tree = Tree::Decode(*bytes, ref.pack);
  if (!tree.ok()) return Damage(shown, tree.error().message);
  if (tree->is_root() != is_root) Damage(shown, "it is not where it belongs");
  live_bytes_[ref.pack] += ref.stored_size;
  for (size_t i = 0; i < tree->publisher.size(); ++i) {
    const auto part_bytes = ReadObject(tree->publisher[i]);
    const auto part = part_bytes.ok() ? PublisherPart::Decode(*part_bytes) : part_bytes.error();
    if (!part.ok()) Damage(shown + ": publisher's part", part.error().message);
    live_bytes_[tree->publisher[i].pack] += tree->publisher[i].stored_size;
    if (tree->lists.empty()) continue;
    const ListRef& list_ref = tree->lists[i];
    live_bytes_[list_ref.ref.pack] += list_ref.ref.stored_size;
    const auto list_bytes = ReadObject(list_ref.ref);
    const auto list = list_bytes.ok() ? ChunkList::Decode(*list_bytes, list_ref.ref.pack)
                                      : list_bytes.error();
    if (!list.ok()) {
      Damage(shown + ": chunk list", list.error().message);
      continue;
    }
    if (list->plain_size() != list_ref.stream_size) Damage(shown, "its chunk list has another size");
    const bool matches = part.ok() && part->plain_hashes.size() == list->chunks.size();
    if (part.ok() && !matches) Damage(shown, "its publisher's part has another number of chunks");
    for (size_t c = 0; c < list->chunks.size(); ++c) {
      const ObjectRef& chunk = list->chunks[c];
      if (!seen_places_.insert({chunk.pack, chunk.offset}).second) continue;
      ++report_.chunks;
      live_bytes_[chunk.pack] += chunk.stored_size;
      expected_[chunk.pack].push_back(
          {chunk, matches ? std::optional(part->plain_hashes[c]) : std::nullopt, shown});
    }
  }
  for (const ObjectRef& child : tree->children) CheckShard(child, image, false);
}

// Metadata is read through whole packs: few of them, and near one another.
Result<std::string> Auditor::ReadObject(const ObjectRef& ref) {
  auto found = pack_cache_.find(ref.pack);
  if (found == pack_cache_.end()) {
    RS_TRY(std::string pack, read_(PackPath(ref.pack), kMaxPack));
    if (pack_cache_.size() >= kCachedPacks) pack_cache_.clear();
    found = pack_cache_.emplace(ref.pack, std::move(pack)).first;
  }
  expected_.try_emplace(ref.pack);
  const std::string& pack = found->second;
  if (ref.offset + ref.stored_size > pack.size())
    return Corrupt("pack " + ref.pack.Hex() + ": it ends too early");
  const auto verified =
      Verify(std::string_view(pack).substr(ref.offset, ref.stored_size), ref.id);
  if (!verified.ok()) return Of("pack " + ref.pack.Hex(), verified.error());
  return Open(*verified, ref.plain_size);
}

void Auditor::CheckPacks(const std::vector<Id>& further) {
  for (const Id& pack : further) expected_.try_emplace(pack);
  pack_cache_.clear();
  for (const auto& [pack, objects] : expected_) CheckPack(pack);
}

void Auditor::CheckPack(const Id& id) {
  ++report_.packs;
  const std::string shown = "pack " + id.Hex();
  const auto pack = read_(PackPath(id), kMaxPack);
  if (!pack.ok()) return Damage(shown, pack.error().message);
  report_.bytes += pack->size();
  if (Sha256(*pack) == id) {
    if (!IsPackHeader(std::string_view(*pack).substr(0, kPackHeaderSize)))
      Damage(shown, "it does not begin as a pack");
  } else {
    Damage(shown, "its bytes have another hash than its name");
  }
  for (const Expected& object : expected_[id]) {
    const std::string where = object.what + ": chunk " + object.ref.id.Hex() + " in " + shown;
    if (object.ref.offset + object.ref.stored_size > pack->size()) {
      Damage(where, "the pack ends too early");
      continue;
    }
    const auto verified = Verify(
        std::string_view(*pack).substr(object.ref.offset, object.ref.stored_size), object.ref.id);
    const auto plain = verified.ok() ? Open(*verified, object.ref.plain_size) : verified.error();
    if (!plain.ok()) {
      Damage(where, plain.error().message);
    } else if (object.plain_hash && Sha256(*plain) != *object.plain_hash) {
      Damage(where, "its plain bytes have another hash than the publisher's part says");
    }
  }
}

Result<AuditReport> AuditStore(const StoreFolder& store, const std::vector<PublicKey>& keys) {
  Auditor auditor(
      [&](const std::string& path, size_t limit) { return ReadWholeFile(store.PathOf(path), limit); },
      keys);
  RS_TRY(const auto images, store.ListImages());
  for (const ImageName& image : images) auditor.CheckImage(image);
  RS_TRY(const auto manifests, store.ListManifests());
  for (const Id& manifest : manifests) auditor.CheckManifest(manifest);
  RS_TRY(const auto packs, store.ListPacks());
  auditor.CheckPacks(packs);
  return auditor.report();
}

}  // namespace rootstream

#include "server-tools/store_audit.h"

#include <algorithm>

#include "format/chunk.h"
#include "format/limits.h"

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
  // Age and serial are checked by clients; the audit checks the stored bytes only.
  const auto ref = CheckRef(*bytes, image, {.keys = keys_, .insecure = keys_.empty()});
  if (!ref.ok()) return Damage(shown, ref.error().message);
  const std::string path = "manifests/" + ref->manifest_id.Hex();
  const auto manifest = read_(path, kMaxManifest);
  if (!manifest.ok()) {
    Damage(path, manifest.error().message);
  } else if (*manifest != ref->body.manifest) {
    Damage(path, "it is not the manifest it is named for");
  }
  if (!manifest.ok() || *manifest != ref->body.manifest) report_.bad_manifests.insert(ref->manifest_id);
  seen_manifests_.insert(ref->manifest_id);
  CheckShards(ref->manifest, shown);
}

// Whoever signed it: the keys may be others by now. What it leads to is checked if its manifest is still there.
void Auditor::CheckVersion(const Store::Version& version) {
  const auto bytes = read_(version.info.name, kMaxRef);
  if (!bytes.ok()) return Damage(version.info.name, bytes.error().message);
  const auto ref = CheckRef(*bytes, version.image, {.insecure = true});
  if (!ref.ok()) return Damage(version.info.name, ref.error().message);
  if (ref->body.serial != version.serial)
    Damage(version.info.name, "its serial is " + std::to_string(ref->body.serial));
}

void Auditor::CheckManifest(const Id& id) {
  if (!seen_manifests_.insert(id).second) return;
  const std::string path = "manifests/" + id.Hex();
  const auto bytes = read_(path, kMaxManifest);
  if (!bytes.ok() || Sha256(*bytes) != id) {
    report_.bad_manifests.insert(id);
    return Damage(path, bytes.ok() ? "its bytes have another hash" : bytes.error().message);
  }
  const auto manifest = Manifest::Decode(*bytes);
  if (!manifest.ok()) return Damage(path, manifest.error().message);
  CheckShards(*manifest, path);
}

void Auditor::CheckShards(const Manifest& manifest, const std::string& image) {
  walk_.AddRoot(manifest.root);
  while (const auto next = walk_.Next()) CheckShard(*next, image);
  // Last, since it has no plain hashes; chunks that shards name are checked with those.
  for (const ObjectRef& list : manifest.hot.data) CheckHotList(list, kMaxChunkPlain, image);
  for (const ObjectRef& list : manifest.hot.metadata) CheckHotList(list, kMaxPartPlain, image);
}

void Auditor::CheckShard(const ShardWalk::Visit& visit, const std::string& image) {
  const ObjectRef& ref = visit.shard;
  ++report_.shards;
  progress_.Show(0, 0, "look at " + image + ", shard " + std::to_string(report_.shards));
  const std::string shown = image + ": shard " + ref.id.Hex();
  const auto bytes = ReadObject(ref);
  if (!bytes.ok()) return Damage(shown, bytes.error().message);
  const auto tree = walk_.Enter(visit, *bytes);
  if (!tree.ok()) return Damage(shown, tree.error().message);
  for (size_t i = 0; i < tree->publisher.size(); ++i) {
    const auto part = CheckPublisherPart(tree->publisher[i], shown);
    if (!tree->lists.empty()) CheckList(tree->lists[i], part, shown);
  }
}

std::optional<PublisherPart> Auditor::CheckPublisherPart(const ObjectRef& ref, const std::string& shard) {
  const auto bytes = ReadObject(ref);
  auto part = bytes.ok() ? PublisherPart::Decode(*bytes) : bytes.error();
  if (part.ok()) return std::move(*part);
  Damage(shard + ": publisher's part", part.error().message);
  return std::nullopt;
}

void Auditor::CheckList(const ListRef& ref, const std::optional<PublisherPart>& part, const std::string& shard) {
  const auto bytes = ReadObject(ref.ref);
  const auto list = bytes.ok() ? ChunkList::Decode(*bytes, ref.ref.pack) : bytes.error();
  if (!list.ok()) return Damage(shard + ": chunk list", list.error().message);
  if (list->plain_size() != ref.stream_size) Damage(shard, "its chunk list has another size");
  const bool matches = part && part->plain_hashes.size() == list->chunks.size();
  if (part && !matches) Damage(shard, "its publisher's part has another number of chunks");
  const std::string what = shard + ": chunk ";
  for (size_t c = 0; c < list->chunks.size(); ++c)
    if (Expect(list->chunks[c], matches ? &part->plain_hashes[c] : nullptr, what)) ++report_.chunks;
}

void Auditor::CheckHotList(const ObjectRef& ref, size_t max_plain, const std::string& image) {
  if (!seen_hot_lists_.insert(ref).second) return;
  const std::string shown = image + ": hot list " + ref.id.Hex();
  const auto bytes = ReadObject(ref);
  const auto list = bytes.ok() ? ChunkList::Decode(*bytes, ref.pack, max_plain) : bytes.error();
  if (!list.ok()) return Damage(shown, list.error().message);
  const std::string what = shown + ": object ";
  for (const ObjectRef& object : list->chunks) Expect(object, nullptr, what);
}

Auditor::Claim Auditor::NoteClaim(const ObjectRef& ref) {
  const auto [place, is_new] = claims_.try_emplace({ref.pack, ref.offset}, ref);
  if (is_new) live_bytes_[ref.pack] += ref.stored_size;
  return {is_new, place->second == ref};
}

bool Auditor::Expect(const ObjectRef& ref, const Id* plain_hash, const std::string& what) {
  const Claim claim = NoteClaim(ref);
  // Two different claims about one place cannot both be right.
  if (claim.is_new || !claim.as_said)
    expected_[ref.pack].push_back({ref, plain_hash ? std::optional(*plain_hash) : std::nullopt, what});
  return claim.is_new;
}

// Metadata is read through whole packs: few of them, and near one another.
Result<std::string> Auditor::ReadObject(const ObjectRef& ref) {
  auto found = pack_cache_.find(ref.pack);
  if (found == pack_cache_.end()) {
    auto pack = read_(PackPath(ref.pack), kMaxPack);
    if (!pack.ok()) {
      report_.bad_packs.insert(ref.pack);
      return pack;
    }
    if (pack_cache_.size() >= kCachedPacks) pack_cache_.clear();
    found = pack_cache_.emplace(ref.pack, std::move(*pack)).first;
  }
  expected_.try_emplace(ref.pack);
  NoteClaim(ref);
  const std::string& pack = found->second;
  if (ref.offset + ref.stored_size > pack.size()) return Corrupt("pack " + ref.pack.Hex() + ": it ends too early");
  const auto verified = Verify(std::string_view(pack).substr(ref.offset, ref.stored_size), ref.id);
  if (!verified.ok()) return Of("pack " + ref.pack.Hex(), verified.error());
  return Decompress(*verified, ref.plain_size);
}

void Auditor::CheckPacks(const std::vector<Id>& further) {
  for (const Id& pack : further) expected_.try_emplace(pack);
  pack_cache_.clear();
  const uint64_t total = BytesInUse();
  uint64_t done = 0;
  for (const auto& [pack, objects] : expected_) {
    progress_.Show(done, total, "check pack " + pack.Hex());
    const uint64_t before = report_.bytes;
    CheckPack(pack);
    if (live_bytes_.contains(pack)) done += report_.bytes - before;
  }
}

uint64_t Auditor::BytesInUse() const {
  std::map<Id, uint64_t> ends;
  for (const auto& [place, ref] : claims_) {
    uint64_t& end = ends[ref.pack];
    end = std::max(end, ref.offset + ref.stored_size);
  }
  uint64_t total = 0;
  for (const auto& [pack, end] : ends) total += end;
  return total;
}

void Auditor::CheckPack(const Id& id) {
  ++report_.packs;
  const std::string shown = "pack " + id.Hex();
  const auto pack = read_(PackPath(id), kMaxPack);
  if (!pack.ok()) {
    report_.bad_packs.insert(id);
    return Damage(shown, pack.error().message);
  }
  report_.bytes += pack->size();
  if (Sha256(*pack) == id) {
    if (!IsPackHeader(std::string_view(*pack).substr(0, kPackHeaderSize))) Damage(shown, "it does not begin as a pack");
  } else {
    report_.bad_packs.insert(id);
    Damage(shown, "its bytes have another hash than its name");
  }
  for (const Expected& object : expected_[id]) {
    const std::string where = object.what + object.ref.id.Hex() + " in " + shown;
    if (object.ref.offset + object.ref.stored_size > pack->size()) {
      Damage(where, "the pack ends too early");
      continue;
    }
    const auto verified =
        Verify(std::string_view(*pack).substr(object.ref.offset, object.ref.stored_size), object.ref.id);
    const auto plain = verified.ok() ? Decompress(*verified, object.ref.plain_size) : verified.error();
    if (!plain.ok()) {
      Damage(where, plain.error().message);
    } else if (object.plain_hash && Sha256(*plain) != *object.plain_hash) {
      Damage(where, "its plain bytes have another hash than the publisher's part says");
    }
  }
}

Result<AuditReport> AuditStore(const Store& store, const std::vector<PublicKey>& keys) {
  Auditor auditor([&](const std::string& name, size_t limit) { return store.Read(name, limit); }, keys);
  RS_TRY(const auto images, store.ListImages());
  for (const ImageName& image : images) auditor.CheckImage(image);
  RS_TRY(const auto versions, store.ListVersions());
  for (const Store::Version& version : versions) auditor.CheckVersion(version);
  RS_TRY(const auto manifests, store.ListManifests());
  for (const Store::Named& manifest : manifests) auditor.CheckManifest(manifest.id);
  RS_TRY(const auto packs, store.ListPacks());
  std::vector<Id> ids;
  for (const Store::Named& pack : packs) ids.push_back(pack.id);
  auditor.CheckPacks(ids);
  return auditor.report();
}

}  // namespace rootstream

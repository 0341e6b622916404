#include "store/store.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "format/chunk.h"
#include "format/limits.h"
#include "store/objects/dry_run_store.h"
#include "store/objects/folder_store.h"
#include "store/objects/store_mark.h"
#include "store/s3/s3_store.h"

namespace rootstream {
namespace {

std::string ManifestPath(const Id& id) { return "manifests/" + id.Hex(); }
std::string VersionPath(const ImageName& image, uint64_t serial) {
  return "versions/" + image.ToString() + "/" + std::to_string(serial);
}

}  // namespace

Result<Store> Store::Open(const StoreAddress& address) {
  if (address.is_bucket()) {
    RS_TRY(auto bucket, S3Store::Open(address.text, address.s3));
    return Store(std::move(bucket));
  }
  RS_TRY(auto folder, FolderStore::Open(address.text));
  return Store(std::move(folder));
}

Result<Store> Store::OpenOrCreate(const StoreAddress& address) {
  if (address.is_bucket()) {
    RS_TRY(auto bucket, S3Store::OpenOrCreate(address.text, address.s3));
    return Store(std::move(bucket));
  }
  RS_TRY(auto folder, FolderStore::OpenOrCreate(address.text));
  return Store(std::move(folder));
}

Result<Store> Store::OpenForDryRun(const StoreAddress& address) {
  std::unique_ptr<ObjectStore> base;
  const auto kind = address.is_bucket() ? Result<FolderKind>(FolderKind::kStore) : KindOfFolder(address.text);
  const bool is_unused = kind.ok() ? *kind == FolderKind::kUnused : kind.error().kind == ErrorKind::kMissing;
  if (!is_unused) {
    auto store = Open(address);
    if (!store.ok() && store.error().kind != ErrorKind::kMissing) return store.error();
    if (store.ok()) base = std::move(store->objects_);
  }
  RS_TRY(auto dry, DryRunStore::Over(std::move(base), address.text));
  return Store(std::move(dry));
}

Result<std::string> Store::Read(const std::string& name, size_t limit) const {
  RS_TRY(std::string bytes, objects_->Get(name, 0, limit + 1));
  if (bytes.size() > limit) return Invalid("cannot read " + Shown(name) + ": it is too large");
  return bytes;
}

Result<std::vector<ImageName>> Store::ListImages() const {
  constexpr std::string_view kFolder = "images/";
  std::vector<ImageName> images;
  RS_TRY(const auto objects, objects_->List("images"));
  for (const ObjectInfo& object : objects) {
    std::string name = object.name.substr(kFolder.size());
    const size_t slash = name.find('/');
    if (slash == std::string::npos) continue;
    name[slash] = ':';
    if (auto image = ParseImageName(name); image.ok()) images.push_back(*image);
  }
  return images;
}

Result<std::vector<Store::Named>> Store::ListPacks() const {
  std::vector<Named> packs;
  RS_TRY(const auto objects, objects_->List("packs"));
  for (const ObjectInfo& object : objects) {
    const auto id = IdFromHex(object.name.substr(object.name.rfind('/') + 1));
    if (id && PackPath(*id) == object.name) packs.push_back({*id, object});
  }
  return packs;
}

Result<std::vector<Store::Named>> Store::ListManifests() const {
  std::vector<Named> manifests;
  RS_TRY(const auto objects, objects_->List("manifests"));
  for (const ObjectInfo& object : objects) {
    const auto id = IdFromHex(object.name.substr(object.name.rfind('/') + 1));
    if (id && ManifestPath(*id) == object.name) manifests.push_back({*id, object});
  }
  return manifests;
}

Result<std::string> Store::ReadRef(const ImageName& image) const { return Read(image.RefPath(), kMaxRef); }

Result<std::string> Store::ReadObject(const ObjectRef& ref) const {
  const std::string name = PackPath(ref.pack);
  RS_TRY(const std::string stored, objects_->Get(name, ref.offset, ref.stored_size));
  const auto verified = Verify(stored, ref.id);
  if (!verified.ok()) return Of(Shown(name), verified.error());
  auto plain = rootstream::Decompress(*verified, ref.plain_size);
  if (!plain.ok()) return Of(Shown(name) + ": object " + ref.id.Hex(), plain.error());
  return plain;
}

bool Store::RenewPack(const Id& pack, uint64_t size) const { return objects_->Renew(PackPath(pack), size); }

Status Store::WriteManifest(const std::string& manifest) const {
  const std::string name = ManifestPath(Sha256(manifest));
  const auto there = Read(name, kMaxManifest);
  if (there.ok() && *there == manifest && objects_->Renew(name, manifest.size())) return Ok();
  RS_TRY(const auto upload, objects_->Put());
  RS_CHECK(upload->Append(manifest));
  return upload->Commit(name);
}

Status Store::Update(const std::string& name, size_t limit, const Make& make) const {
  while (true) {
    std::optional<std::string> was;
    if (auto there = Read(name, limit); there.ok()) {
      was = std::move(*there);
    } else if (there.error().kind != ErrorKind::kMissing) {
      return there.error();
    }
    RS_TRY(const auto bytes, make(was));
    RS_TRY(const bool is_done, objects_->Replace(name, was, bytes));
    if (is_done) return Ok();
  }
}

Status Store::ReplaceRef(const ImageName& image,
                         const std::function<Result<std::string>(uint64_t last_serial)>& make) const {
  const std::string name = image.RefPath();
  RS_CHECK(Update(name, kMaxRef, [&](const std::optional<std::string>& was) -> Result<std::optional<std::string>> {
    RS_TRY(const uint64_t last_version, LastSerialOf(image));
    if (!was) {
      RS_TRY(std::string first, make(last_version));
      return std::optional(std::move(first));
    }
    // An unreadable ref may hold any serial, and none may be given twice.
    const auto body = BodyOfRef(*was);
    if (!body.ok()) return Of(Shown(name), body.error());
    RS_TRY(std::string bytes, make(std::max(body->serial, last_version)));
    RS_CHECK(KeepVersion(*body, *was));
    return std::optional(std::move(bytes));
  }));
  return WriteImageList();
}

Status Store::DeleteRef(const ImageName& image) const {
  const std::string name = image.RefPath();
  RS_CHECK(Update(name, kMaxRef, [&](const std::optional<std::string>& was) -> Result<std::optional<std::string>> {
    if (!was) return Missing(Shown() + ": no image " + image.ToString());
    const auto body = BodyOfRef(*was);
    if (!body.ok()) return Of(Shown(name), body.error());
    RS_CHECK(KeepVersion(*body, *was));
    return std::optional<std::string>();
  }));
  return WriteImageList();
}

Status Store::KeepVersion(const RefBody& body, const std::string& ref) const {
  RS_CHECK(objects_->Replace(VersionPath(body.image, body.serial), std::nullopt, ref));
  (void)objects_->Renew(ManifestPath(Sha256(body.manifest)), 0);  // owned by another user: gc removes it sooner
  return Ok();
}

Result<uint64_t> Store::LastSerialOf(const ImageName& image) const {
  uint64_t last = 0;
  RS_TRY(const auto versions, ListVersionsBelow("versions/" + image.ToString()));
  for (const Version& version : versions)
    if (version.image == image) last = std::max(last, version.serial);
  return last;
}

Result<std::vector<Store::Version>> Store::ListVersions() const { return ListVersionsBelow("versions"); }

Result<std::vector<Store::Version>> Store::ListVersionsBelow(const std::string& folder) const {
  std::vector<Version> versions;
  const auto objects = objects_->List(folder);
  if (!objects.ok() && objects.error().kind == ErrorKind::kMissing) return versions;
  if (!objects.ok()) return objects.error();
  for (const ObjectInfo& object : *objects) {
    const size_t first = object.name.find('/') + 1, last = object.name.rfind('/');
    if (first > last) continue;
    const auto image = ParseImageName(object.name.substr(first, last - first));
    const std::string number = object.name.substr(last + 1);
    uint64_t serial = 0;
    const auto end = std::from_chars(number.data(), number.data() + number.size(), serial);
    if (image.ok() && end.ec == std::errc() && VersionPath(*image, serial) == object.name)
      versions.push_back({*image, serial, object});
  }
  std::sort(versions.begin(), versions.end(), [](const Version& a, const Version& b) {
    return std::tie(a.image.name, a.image.tag, a.serial) < std::tie(b.image.name, b.image.tag, b.serial);
  });
  return versions;
}

Result<std::string> Store::ReadVersion(const Version& version) const { return Read(version.info.name, kMaxRef); }

Status Store::WriteImageList() const {
  return Update(std::string(kImageList), kMaxImageList,
                [&](const std::optional<std::string>&) -> Result<std::optional<std::string>> {
                  RS_TRY(const auto images, ListImages());
                  std::string list;
                  for (const ImageName& image : images) list += image.ToString() + "\n";
                  return std::optional(std::move(list));
                });
}

Status Store::WriteMark() const {
  const std::string mark(kStoreMark);
  if (IsStoreMark(objects_->Get(mark, 0, kMaxStoreMark))) return Ok();
  RS_TRY(const auto upload, objects_->Put());
  RS_CHECK(upload->Append(StoreMarkText()));
  return upload->Commit(mark);
}

}  // namespace rootstream

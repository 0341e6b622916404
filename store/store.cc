#include "store/store.h"

#include <optional>

#include "format/chunk.h"
#include "format/limits.h"
#include "store/folder_store.h"
#include "store/store_mark.h"

namespace rootstream {
namespace {

constexpr size_t kMaxImageList = 16 << 20;  // bytes

std::string ManifestPath(const Id& id) { return "manifests/" + id.Hex(); }

}  // namespace

Result<Store> Store::Open(const std::string& text) {
  RS_TRY(auto folder, FolderStore::Open(text));
  return Store(std::move(folder));
}

Result<Store> Store::OpenOrCreate(const std::string& text) {
  RS_TRY(auto folder, FolderStore::OpenOrCreate(text));
  return Store(std::move(folder));
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
    RS_TRY(const std::string bytes, make(was));
    RS_TRY(const bool is_done, objects_->Replace(name, was, bytes));
    if (is_done) return Ok();
  }
}

Status Store::ReplaceRef(const ImageName& image,
                         const std::function<Result<std::string>(uint64_t last_serial)>& make) const {
  const std::string name = image.RefPath();
  RS_CHECK(Update(name, kMaxRef, [&](const std::optional<std::string>& was) -> Result<std::string> {
    if (!was) return make(0);
    const auto ref = Ref::Decode(*was);
    const auto body = ref.ok() ? Ref::DecodeBody(ref->body) : Result<RefBody>(ref.error());
    // An unreadable ref may hold any serial, and none may be given twice.
    if (!body.ok()) return Of(Shown(name), body.error());
    RS_TRY(std::string bytes, make(body->serial));
    (void)objects_->Renew(ManifestPath(Sha256(body->manifest)), 0);  // owned by another user: gc removes it sooner
    return bytes;
  }));
  return WriteImageList();
}

Status Store::WriteImageList() const {
  return Update("images.list", kMaxImageList, [&](const std::optional<std::string>&) -> Result<std::string> {
    RS_TRY(const auto images, ListImages());
    std::string list;
    for (const ImageName& image : images) list += image.ToString() + "\n";
    return list;
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

#include "server-tools/history.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "format/limits.h"
#include "store/needed_packs.h"

namespace rootstream {
namespace {

struct Encoded {
  uint64_t serial = 0;
  Result<std::string> ref;
  bool is_current = false;
};

Result<std::vector<Encoded>> RefsOf(const Store& store, const ImageName& image) {
  std::vector<Encoded> refs;
  // The present one first: a publisher may replace it meanwhile, and keep it as a version.
  auto current = store.ReadRef(image);
  RS_TRY(const auto versions, store.ListVersions());
  for (const Store::Version& version : versions) {
    if (version.image != image) continue;
    auto bytes = store.ReadVersion(version);
    const bool is_current = current.ok() && bytes.ok() && *bytes == *current;
    if (!is_current) refs.push_back({version.serial, std::move(bytes)});
  }
  const bool is_deleted = !current.ok() && current.error().kind == ErrorKind::kMissing;
  if (!is_deleted) refs.push_back({0, std::move(current), true});
  if (refs.empty()) return Missing(store.Shown() + ": no image " + image.ToString());
  return refs;
}

// Counts what each version adds to those before it.
class Additions {
 public:
  explicit Additions(const Store& store) : store_(store) {}

  Result<uint64_t> Add(const Manifest& manifest) {
    new_bytes_ = 0;
    RS_CHECK(needed_.Add(manifest));
    return new_bytes_;
  }

 private:
  const Store& store_;
  std::unordered_set<Id, IdHash> seen_;
  uint64_t new_bytes_ = 0;
  NeededPacks needed_{[this](const ObjectRef& ref) { return store_.ReadObject(ref); }, [](const Id&) {},
                      [this](const ObjectRef& ref) {
                        if (seen_.insert(ref.id).second) new_bytes_ += ref.stored_size;
                      }};
};

}  // namespace

Result<std::vector<VersionInfo>> HistoryOf(const Store& store, const ImageName& image) {
  RS_TRY(const auto refs, RefsOf(store, image));
  std::set<Id> there;
  const auto manifests = store.ListManifests();
  if (!manifests.ok() && manifests.error().kind != ErrorKind::kMissing) return manifests.error();
  if (manifests.ok())
    for (const Store::Named& manifest : *manifests) there.insert(manifest.id);
  std::vector<VersionInfo> history;
  auto additions = std::make_unique<Additions>(store);
  for (const Encoded& encoded : refs) {
    VersionInfo info{.image = image, .serial = encoded.serial, .is_current = encoded.is_current};
    const auto ref =
        encoded.ref.ok() ? CheckRef(*encoded.ref, image, {.insecure = true}) : Result<TrustedRef>(encoded.ref.error());
    if (!ref.ok()) {
      info.problem = ref.error().message;
      history.push_back(std::move(info));
      continue;
    }
    info.serial = ref->body.serial;
    info.issued = ref->body.issued;
    info.expires = ref->body.expires;
    info.manifest = ref->manifest_id;
    info.totals = ref->manifest.totals;
    info.is_there = there.contains(ref->manifest_id);
    if (info.is_there) {
      const auto new_bytes = additions->Add(ref->manifest);
      if (new_bytes.ok()) {
        info.new_bytes = *new_bytes;
      } else {
        info.problem = new_bytes.error().message;
        additions = std::make_unique<Additions>(store);  // what it knows is not whole
      }
    }
    history.push_back(std::move(info));
  }
  return history;
}

Result<std::vector<ImageName>> TagsOf(const Store& store, const std::string& name) {
  std::set<std::string> tags;
  RS_TRY(const auto images, store.ListImages());
  RS_TRY(const auto versions, store.ListVersions());
  for (const ImageName& image : images)
    if (image.name == name) tags.insert(image.tag);
  for (const Store::Version& version : versions)
    if (version.image.name == name) tags.insert(version.image.tag);
  if (tags.empty()) return Missing(store.Shown() + ": no image " + name);
  std::vector<ImageName> found;
  for (const std::string& tag : tags) found.push_back({name, tag});
  return found;
}

}  // namespace rootstream

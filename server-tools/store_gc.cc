#include "server-tools/store_gc.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "base/interrupt.h"
#include "base/progress.h"
#include "format/limits.h"
#include "store/needed_packs.h"

namespace rootstream {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;

class Collector {
 public:
  Collector(const Store& store, const GcOptions& options)
      : store_(store),
        options_(options),
        now_(system_clock::now()),
        needed_([this](const ObjectRef& ref) { return ReadObject(ref); }) {}

  Result<GcReport> Run() {
    const Status planned = Plan();
    if (!planned.ok()) return Of(store_.Shown() + ": nothing was removed", planned.error());
    if (!options_.dry_run) RS_CHECK(Remove());
    return report_;
  }

 private:
  Status Plan() {
    RS_CHECK(NeedImages());
    RS_CHECK(SortManifests());
    RS_CHECK(SortVersions());
    RS_CHECK(SortPacks());
    return FindLeftovers();
  }

  Status NeedImages() {
    RS_TRY(const auto images, store_.ListImages());
    for (const ImageName& image : images) {
      image_names_.insert(image.ToString());
      const std::string shown = "image " + image.ToString();
      RS_TRY(const std::string bytes, store_.ReadRef(image));
      // Whoever signed it: an image that somebody may read keeps its objects.
      const auto ref = CheckRef(bytes, image, {.insecure = true});
      if (!ref.ok()) return Of(shown, ref.error());
      if (!named_manifests_.insert(ref->manifest_id).second) continue;
      shown_ = shown;
      if (const Status added = needed_.Add(ref->manifest); !added.ok()) return Of(shown, added.error());
    }
    report_.images = images.size();
    return Ok();
  }

  Status SortManifests() {
    const auto manifests = store_.ListManifests();
    if (!manifests.ok()) return manifests.error().kind == ErrorKind::kMissing ? Ok() : manifests.error();
    for (const auto& [id, object] : *manifests) {
      const bool is_named = named_manifests_.contains(id);
      if (!is_named && !IsYoungerThan(object, std::max(options_.keep, options_.grace))) {
        ++report_.manifests_removed;
        Doom(manifests_, object);
        continue;
      }
      ++report_.manifests_kept;
      kept_manifests_.insert(id);
      if (!is_named) RS_CHECK(NeedManifest(id, object.name));
    }
    return Ok();
  }

  // A version goes with its manifest, or when it was replaced long ago. The last one of a deleted image stays, since it
  // alone tells which serials were given.
  Status SortVersions() {
    RS_TRY(const auto versions, store_.ListVersions());
    for (size_t i = 0; i < versions.size(); ++i) {
      const bool is_last = i + 1 == versions.size() || versions[i + 1].image != versions[i].image;
      const bool tells_serial = is_last && !image_names_.contains(versions[i].image.ToString());
      RS_TRY(const bool is_whole, LeadsToKeptManifest(versions[i]));
      const bool is_kept = is_whole && IsYoungerThan(versions[i].info, options_.keep);
      if (is_kept || tells_serial || IsYoungerThan(versions[i].info, options_.grace)) {
        ++report_.versions_kept;
      } else {
        ++report_.versions_removed;
        Doom(versions_, versions[i].info);
      }
    }
    return Ok();
  }

  // Of a damaged version, nothing is known.
  Result<bool> LeadsToKeptManifest(const Store::Version& version) const {
    RS_TRY(const std::string bytes, store_.ReadVersion(version));
    const auto ref = CheckRef(bytes, version.image, {.insecure = true});
    if (!ref.ok()) return Of(store_.Shown(version.info.name), ref.error());
    return kept_manifests_.contains(ref->manifest_id);
  }

  Status NeedManifest(const Id& id, const std::string& name) {
    RS_TRY(const std::string bytes, store_.Read(name, kMaxManifest));
    if (Sha256(bytes) != id) return Corrupt(name + ": its bytes have another hash");
    const auto manifest = Manifest::Decode(bytes);
    if (!manifest.ok()) return Of(name, manifest.error());
    shown_ = "manifest " + id.Hex().substr(0, 12);
    const Status added = needed_.Add(*manifest);
    return added.ok() ? added : Of(name, added.error());
  }

  Result<std::string> ReadObject(const ObjectRef& ref) {
    if (WasInterrupted()) return Failed("interrupted");
    read_ += ref.stored_size;
    progress_.Show(read_, 0, "read: " + shown_);
    return store_.ReadObject(ref);
  }

  Status SortPacks() {
    RS_TRY(const auto packs, store_.ListPacks());
    auto missing = needed_.ends();
    for (const auto& [id, object] : packs) {
      const auto needed = needed_.ends().find(id);
      missing.erase(id);
      if (needed == needed_.ends().end() && !IsYoungerThan(object, options_.grace)) {
        ++report_.packs_removed;
        Doom(packs_, object);
        continue;
      }
      ++report_.packs_kept;
      report_.bytes_kept += object.size;
      if (needed == needed_.ends().end()) {
        ++report_.packs_in_grace;
      } else if (object.size < needed->second) {
        return Corrupt("pack " + id.Hex() + ": it ends too early; mend it first");
      }
    }
    // A damaged store might be repaired with objects that seem unneeded.
    if (missing.empty()) return Ok();
    return Missing(store_.Shown(PackPath(missing.begin()->first)) + ": it is needed, and not there");
  }

  Status FindLeftovers() {
    RS_TRY(leftovers_, store_.objects().FindLeftovers(now_ - options_.grace, doomed_));
    for (const ObjectInfo& upload : leftovers_.uploads) report_.bytes_freed += upload.size;
    report_.temporary_removed = leftovers_.uploads.size();
    report_.folders_removed = leftovers_.folders.size();
    return Ok();
  }

  Status Remove() {
    RS_CHECK(store_.WriteMark());
    RS_CHECK(Delete(versions_));
    RS_CHECK(Delete(manifests_));
    RS_CHECK(Delete(packs_));
    RS_CHECK(Delete(leftovers_.uploads));
    store_.objects().RemoveFolders(leftovers_.folders);
    return store_.WriteImageList();  // a person may have deleted refs by hand
  }

  Status Delete(const std::vector<ObjectInfo>& objects) {
    return store_.objects().Delete(objects, [this](const ObjectInfo& object) -> Status {
      if (WasInterrupted()) return Failed(store_.Shown() + ": interrupted, some of it is removed");
      removed_ += object.size;
      progress_.Show(removed_, report_.bytes_freed, "remove: " + object.name);
      return Ok();
    });
  }

  void Doom(std::vector<ObjectInfo>& objects, const ObjectInfo& object) {
    objects.push_back(object);
    doomed_.insert(object.name);
    report_.bytes_freed += object.size;
  }

  // A time in the future counts as young: some clock is wrong.
  bool IsYoungerThan(const ObjectInfo& object, hours age) const { return now_ - object.time < age; }

  const Store& store_;
  const GcOptions options_;
  const system_clock::time_point now_;
  NeededPacks needed_;
  std::unordered_set<Id, IdHash> named_manifests_;  // by refs
  std::unordered_set<Id, IdHash> kept_manifests_;
  std::set<std::string> image_names_;                     // of images that are there
  std::vector<ObjectInfo> versions_, manifests_, packs_;  // to remove
  ObjectStore::Leftovers leftovers_;                      // likewise
  std::set<std::string> doomed_;                          // the names of these
  GcReport report_;
  std::string shown_;                // the image that is being read
  uint64_t read_ = 0, removed_ = 0;  // bytes
  Progress progress_;
};

}  // namespace

Result<GcReport> CollectGarbage(const Store& store, const GcOptions& options) {
  return Collector(store, options).Run();
}

}  // namespace rootstream

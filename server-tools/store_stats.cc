#include "server-tools/store_stats.h"

#include "format/limits.h"
#include "server-tools/store_audit.h"

namespace rootstream {
namespace {

Result<ImageStats> StatsOf(const Store& store, const ImageName& image) {
  RS_TRY(const std::string bytes, store.ReadRef(image));
  const auto ref = CheckRef(bytes, image, {.insecure = true});
  if (!ref.ok()) return Of("image " + image.ToString(), ref.error());
  return ImageStats{image.ToString(), ref->body.serial, ref->manifest.totals.entries, ref->manifest.totals.plain_bytes};
}

}  // namespace

Result<StoreStats> MeasureStore(const Store& store) {
  StoreStats stats;
  Auditor auditor([&](const std::string& name, size_t limit) { return store.Read(name, limit); }, {});
  RS_TRY(const auto images, store.ListImages());
  for (const ImageName& image : images) {
    RS_TRY(ImageStats one, StatsOf(store, image));
    stats.images.push_back(std::move(one));
    auditor.CheckImage(image);
  }
  if (!auditor.report().damages.empty()) return Corrupt(auditor.report().damages.front());
  RS_TRY(const auto packs, store.ListPacks());
  for (const Store::Named& pack : packs) {
    ++stats.packs;
    stats.bytes += pack.info.size;
    const auto live = auditor.live_bytes().find(pack.id);
    if (live != auditor.live_bytes().end()) {
      stats.live_bytes += live->second;
    } else {
      ++stats.dead_packs;
      stats.dead_bytes += pack.info.size;
    }
  }
  return stats;
}

}  // namespace rootstream

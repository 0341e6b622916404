#include "server-tools/store_repair.h"

#include <map>
#include <set>

#include "base/progress.h"
#include "format/limits.h"
#include "server-tools/downloads.h"
#include "server-tools/pack_download.h"

namespace rootstream {
namespace {

constexpr std::chrono::seconds kPatience{60};

// A silent server and a full disk end everything; other failures are of one file.
bool EndsAll(const Error& error) { return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kFailed; }

class Repair {
 public:
  Repair(const Store& store, std::string url, Transport& transport)
      : store_(store), downloads_(transport, std::move(url), kPatience, [this](uint64_t bytes) {
          progress_.Show(bytes, 0, downloads_.hindrance().empty() ? "repair" : downloads_.hindrance());
        }) {}

  // True if something was repaired, so that another audit may find more: what a damaged list leads to is not known.
  Result<bool> Round(const AuditReport& audit) {
    const size_t before = report_.repaired.size();
    for (const Id& id : audit.bad_manifests)
      if (tried_.insert(id).second) RS_CHECK(Note("manifests/" + id.Hex(), RepairManifest(id)));
    std::map<Id, Downloads::JobPtr> jobs;
    for (const Id& id : audit.bad_packs)
      if (tried_.insert(id).second) jobs[id] = downloads_.Add(std::make_shared<PackDownload>(store_, id));
    for (const auto& [id, job] : jobs) RS_CHECK(Note(PackPath(id), downloads_.Await(job)));
    return report_.repaired.size() > before;
  }

  RepairReport TakeReport() { return std::move(report_); }

 private:
  Status Note(const std::string& name, const Status& done) {
    if (done.ok()) {
      report_.repaired.push_back(name);
    } else if (EndsAll(done.error())) {
      return done;
    } else {
      report_.problems.push_back(name + ": " + done.error().message);
    }
    return Ok();
  }

  // Refs contain their manifests.
  Status RepairManifest(const Id& id) {
    if (const auto manifest = ManifestInRefs(id); !manifest.empty()) return store_.WriteManifest(manifest);
    RS_TRY(const std::string bytes, downloads_.GetFile("manifests/" + id.Hex(), kMaxManifest));
    if (Sha256(bytes) != id) return Corrupt("the copy's has another hash");
    return store_.WriteManifest(bytes);
  }

  std::string ManifestInRefs(const Id& id) const {
    std::vector<std::string> refs;
    if (const auto images = store_.ListImages(); images.ok())
      for (const ImageName& image : *images)
        if (auto bytes = store_.ReadRef(image); bytes.ok()) refs.push_back(std::move(*bytes));
    if (const auto versions = store_.ListVersions(); versions.ok())
      for (const Store::Version& version : *versions)
        if (auto bytes = store_.ReadVersion(version); bytes.ok()) refs.push_back(std::move(*bytes));
    for (const std::string& bytes : refs) {
      const auto body = BodyOfRef(bytes);
      if (body.ok() && Sha256(body->manifest) == id) return body->manifest;
    }
    return "";
  }

  const Store& store_;
  RepairReport report_;
  std::set<Id> tried_;  // each file once: a disk may keep nothing
  Progress progress_;
  Downloads downloads_;
};

}  // namespace

Result<RepairReport> RepairStore(const Store& store, const std::string& url, const std::vector<PublicKey>& keys,
                                 Transport& transport) {
  Repair repair(store, url, transport);
  while (true) {
    RS_TRY(AuditReport audit, AuditStore(store, keys));
    RS_TRY(const bool repaired, repair.Round(audit));
    if (repaired) continue;
    RepairReport report = repair.TakeReport();
    report.audit = std::move(audit);
    return report;
  }
}

}  // namespace rootstream

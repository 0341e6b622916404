#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/message.h"
#include "base/progress.h"
#include "base/url_text.h"
#include "cache/network/curl_transport.h"
#include "cache/object_cache.h"
#include "server-tools/commands/command.h"
#include "server-tools/copy_source.h"
#include "server-tools/downloads.h"
#include "server-tools/keys.h"
#include "server-tools/store_audit.h"
#include "server-tools/store_repair.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::seconds kPatience{60};

// An image behind a URL is checked through whole files, as a store on a disk is. A server that does not give them
// is no damage: then there is no report.
Result<AuditReport> AuditUrl(const std::string& text, const std::vector<PublicKey>& keys,
                             const CredentialFiles& files) {
  RS_TRY(const ImageUrl url, ParseImageUrl(text));
  RS_TRY(Credentials credentials, Credentials::Read(files, text));
  CurlTransport transport({}, std::move(credentials));
  Progress progress;
  Downloads downloads(transport, url.store, kPatience, [&](uint64_t bytes) {
    if (const std::string why = downloads.hindrance(); !why.empty()) progress.Show(bytes, 0, why);
  });
  Status stop;
  const auto read = [&](const std::string& path, size_t limit) -> Result<std::string> {
    if (!stop.ok()) return stop.error();
    auto bytes = downloads.GetFile(path, limit);
    const bool damaged =
        !bytes.ok() && (bytes.error().kind == ErrorKind::kMissing || bytes.error().kind == ErrorKind::kCorrupt);
    if (!bytes.ok() && !damaged) stop = bytes.error();
    return bytes;
  };
  Auditor auditor(read, keys);
  auditor.CheckImage(url.image);
  auditor.CheckPacks({});
  if (!stop.ok()) return stop.error();
  return auditor.report();
}

struct VerifyFlags {
  StoreAddress target;
  std::string repair;
  std::vector<std::string> keys;
  CredentialFiles credentials;
  bool json = false;
};

Result<RepairReport> RepairFrom(const VerifyFlags& flags, const std::vector<PublicKey>& keys) {
  RS_TRY(const Store store, OpenToChange(flags.target));
  StoreAddress from(flags.repair);
  from.s3 = flags.target.s3;
  RS_TRY(const CopySource source, CopySource::Open(from, flags.credentials, flags.target));
  CurlTransport transport({}, source.credentials);
  return RepairStore(store, source.url, keys, transport);
}

Result<RepairReport> VerifyOrRepair(const VerifyFlags& flags, const std::vector<PublicKey>& keys) {
  if (!flags.repair.empty()) return RepairFrom(flags, keys);
  RepairReport report;
  if (IsStoreUrl(flags.target.text)) {
    RS_TRY(report.audit, AuditUrl(flags.target.text, keys, flags.credentials));
  } else {
    RS_TRY(const Store store, Store::Open(flags.target));
    RS_TRY(report.audit, AuditStore(store, keys));
    TellExpiry(store);
  }
  return report;
}

std::string VerifyText(const RepairReport& report, bool has_keys) {
  const AuditReport& audit = report.audit;
  std::string text;
  for (const std::string& name : report.repaired) text += "repaired: " + name + "\n";
  for (const std::string& problem : report.problems) text += "not repaired: " + ShownMessage(problem) + "\n";
  for (const std::string& damage : audit.damages) text += "damaged: " + ShownMessage(damage) + "\n";
  return text + fmt::format("checked {} images, {} packs ({}), {} shards, {} chunks{}\n", audit.images, audit.packs,
                            MiB(audit.bytes), audit.shards, audit.chunks,
                            has_keys ? "" : "; signatures were not checked: no --pubkey");
}

ordered_json VerifyJson(const RepairReport& report) {
  const AuditReport& audit = report.audit;
  return {{"images", audit.images},      {"packs", audit.packs},           {"shards", audit.shards},
          {"chunks", audit.chunks},      {"bytes", audit.bytes},           {"damages", audit.damages},
          {"repaired", report.repaired}, {"not_repaired", report.problems}};
}

Status RunVerify(const VerifyFlags& flags) {
  if (!flags.repair.empty() && IsStoreUrl(flags.target.text))
    throw UsageError{"--repair needs the store's folder or bucket, and not a URL"};
  std::vector<PublicKey> keys;
  for (const std::string& file : flags.keys) {
    RS_TRY(const PublicKey key, ReadPublicKey(file));
    keys.push_back(key);
  }
  RS_TRY(const RepairReport report, VerifyOrRepair(flags, keys));
  fputs(flags.json ? Dump(VerifyJson(report)).c_str() : VerifyText(report, !keys.empty()).c_str(), stdout);
  if (report.audit.damages.empty()) return Ok();
  return Corrupt(
      fmt::format("{}: {} objects are damaged", WithoutSecrets(flags.target.text), report.audit.damages.size()));
}

}  // namespace

void AddVerify(CommandLine& verbs) {
  auto flags = std::make_shared<VerifyFlags>();
  Verb command =
      verbs.Add("verify", "check every byte of a store, or of an image", [=] { return Report(RunVerify(*flags)); });
  AddStoreArgument(command, flags->target, "a store's folder, s3://BUCKET/PREFIX, or an image's URL", "STORE|URL");
  command.RepeatableOption("--pubkey", "FILE", flags->keys, "public key that must have signed (repeatable)");
  command.Option("--repair", "FROM", flags->repair,
                 "fetch what is missing or damaged from this copy: a URL, a folder or a bucket");
  AddCredentialOptions(command, flags->credentials);
  command.Flag("--json", flags->json, "for scripts");
}

}  // namespace rootstream

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/message.h"
#include "base/progress.h"
#include "base/url_text.h"
#include "cache/network/curl_transport.h"
#include "cache/object_cache.h"
#include "server-tools/commands/command.h"
#include "server-tools/downloads.h"
#include "server-tools/keys.h"
#include "server-tools/store_audit.h"

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

Status RunVerify(const std::string& target, const std::vector<std::string>& key_files, const CredentialFiles& files,
                 bool json) {
  std::vector<PublicKey> keys;
  for (const std::string& file : key_files) {
    RS_TRY(const PublicKey key, ReadPublicKey(file));
    keys.push_back(key);
  }
  AuditReport report;
  if (IsStoreUrl(target)) {
    RS_TRY(report, AuditUrl(target, keys, files));
  } else {
    RS_TRY(const Store store, Store::Open(target));
    RS_TRY(report, AuditStore(store, keys));
  }
  if (json) {
    const ordered_json out = {{"images", report.images}, {"packs", report.packs}, {"shards", report.shards},
                              {"chunks", report.chunks}, {"bytes", report.bytes}, {"damages", report.damages}};
    fputs(Dump(out).c_str(), stdout);
  } else {
    std::string text;
    for (const std::string& damage : report.damages) text += "damaged: " + ShownMessage(damage) + "\n";
    text += fmt::format("checked {} images, {} packs ({}), {} shards, {} chunks{}\n", report.images, report.packs,
                        MiB(report.bytes), report.shards, report.chunks,
                        keys.empty() ? "; signatures were not checked: no --pubkey" : "");
    fputs(text.c_str(), stdout);
  }
  if (report.damages.empty()) return Ok();
  return Corrupt(fmt::format("{}: {} objects are damaged", WithoutSecrets(target), report.damages.size()));
}

}  // namespace

void AddVerify(CommandLine& verbs) {
  auto target = std::make_shared<std::string>();
  auto keys = std::make_shared<std::vector<std::string>>();
  auto files = std::make_shared<CredentialFiles>();
  auto json = std::make_shared<bool>(false);
  Verb command = verbs.Add("verify", "check every byte of a store, or of an image",
                           [=] { return Report(RunVerify(*target, *keys, *files, *json)); });
  command.Argument("STORE|URL", *target, "a store's folder, or an image's URL");
  command.RepeatableOption("--pubkey", "FILE", *keys, "public key that must have signed (repeatable)");
  AddCredentialOptions(command, *files);
  command.Flag("--json", *json, "for scripts");
}

}  // namespace rootstream

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cache/curl_transport.h"
#include "cache/object_cache.h"
#include "format/plain_text.h"
#include "server-tools/commands/command.h"
#include "server-tools/keys.h"
#include "server-tools/store_audit.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

// An image behind a URL is checked through whole files, as a store on a disk is.
Result<AuditReport> AuditUrl(const std::string& text, const std::vector<PublicKey>& keys) {
  RS_TRY(const ImageUrl url, ParseImageUrl(text));
  CurlTransport transport({});
  RS_TRY(const auto cache, ObjectCache::Open({}, transport, {}, {url.store}));
  Auditor auditor(
      [&](const std::string& path, size_t limit) { return cache->fetcher().GetFile(0, path, limit); },
      keys);
  auditor.CheckImage(url.image);
  auditor.CheckPacks({});
  return auditor.report();
}

Status RunVerify(const std::string& target, const std::vector<std::string>& key_files, bool json) {
  std::vector<PublicKey> keys;
  for (const std::string& file : key_files) {
    RS_TRY(const PublicKey key, ReadPublicKey(file));
    keys.push_back(key);
  }
  AuditReport report;
  if (IsStoreUrl(target)) {
    RS_TRY(report, AuditUrl(target, keys));
  } else {
    RS_TRY(const StoreFolder store, StoreFolder::Open(target));
    RS_TRY(report, AuditStore(store, keys));
  }
  if (json) {
    const ordered_json out = {{"images", report.images}, {"packs", report.packs},
                              {"shards", report.shards}, {"chunks", report.chunks},
                              {"bytes", report.bytes},   {"damages", report.damages}};
    fputs(Dump(out).c_str(), stdout);
  } else {
    for (const std::string& damage : report.damages) fmt::print("damaged: {}\n", Printable(damage));
    fmt::print("checked {} images, {} packs ({}), {} shards, {} chunks{}\n", report.images,
               report.packs, MiB(report.bytes), report.shards, report.chunks,
               keys.empty() ? "; signatures were not checked: no --pubkey" : "");
  }
  if (report.damages.empty()) return Ok();
  return Corrupt(fmt::format("{}: {} objects are damaged", target, report.damages.size()));
}

}  // namespace

void AddVerify(CLI::App& app, Run& run) {
  auto target = std::make_shared<std::string>();
  auto keys = std::make_shared<std::vector<std::string>>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("verify", "check every byte of a store, or of an image");
  command->add_option("STORE|URL", *target, "a store's folder, or an image's URL")->required();
  command->add_option("--pubkey", *keys, "public key that must have signed (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_flag("--json", *json, "for scripts");
  command->callback([=, &run] { run = [=] { return RunVerify(*target, *keys, *json); }; });
}

}  // namespace rootstream

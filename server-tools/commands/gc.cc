#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "server-tools/commands/command.h"
#include "server-tools/store_gc.h"
#include "store/store_lock.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

struct GcFlags {
  StoreAddress store;
  uint64_t grace_hours = 24, keep_days = 30, wait_seconds = 30;
  bool dry_run = false, json = false;
};

ordered_json GcJson(const GcReport& r, bool dry_run) {
  return {{"dry_run", dry_run},
          {"images", r.images},
          {"manifests_kept", r.manifests_kept},
          {"manifests_removed", r.manifests_removed},
          {"versions_kept", r.versions_kept},
          {"versions_removed", r.versions_removed},
          {"packs_kept", r.packs_kept},
          {"packs_in_grace", r.packs_in_grace},
          {"packs_removed", r.packs_removed},
          {"temporary_removed", r.temporary_removed},
          {"folders_removed", r.folders_removed},
          {"bytes_kept", r.bytes_kept},
          {"bytes_freed", r.bytes_freed}};
}

std::string GcText(const GcReport& r, bool dry_run) {
  return fmt::format(
      "{}images     {}\n"
      "manifests  {} kept, {} removed\n"
      "versions   {} kept, {} removed\n"
      "packs      {} kept ({}; {} of them only because they are young), {} removed\n"
      "temporary  {} files removed, {} empty folders\n"
      "freed      {}\n",
      dry_run ? "dry run: nothing was removed; without --dry-run:\n" : "", r.images, r.manifests_kept,
      r.manifests_removed, r.versions_kept, r.versions_removed, r.packs_kept, MiB(r.bytes_kept), r.packs_in_grace,
      r.packs_removed, r.temporary_removed, r.folders_removed, MiB(r.bytes_freed));
}

Status RunGc(const GcFlags& flags) {
  CatchInterrupts();
  RS_TRY(Store store, Store::Open(flags.store));
  // A dry run need not exclude publishers.
  RS_CHECK(AwaitLock(store, flags.dry_run ? StoreLock::kShared : StoreLock::kExclusive,
                     std::chrono::seconds(flags.wait_seconds)));
  RS_TRY(const GcReport report, CollectGarbage(store, {.grace = std::chrono::hours(flags.grace_hours),
                                                       .keep = std::chrono::hours(24) * flags.keep_days,
                                                       .dry_run = flags.dry_run}));
  TellExpiry(store);
  fputs(flags.json ? Dump(GcJson(report, flags.dry_run)).c_str() : GcText(report, flags.dry_run).c_str(), stdout);
  return Ok();
}

}  // namespace

void AddGc(CommandLine& verbs) {
  auto flags = std::make_shared<GcFlags>();
  Verb command = verbs.Add("gc", "remove from a store what no image needs", [=] { return Report(RunGc(*flags)); });
  command.Footer(
      "Kept is what a ref in images/ leads to, and what a manifest leads to that was published, or\n"
      "replaced by another, less than --keep days ago: these are the versions that history shows. To\n"
      "remove an image, delete it first. One damaged ref, manifest or shard, or one missing pack, and\n"
      "nothing is removed.");
  AddStoreArgument(command, flags->store);
  command.Flag("--dry-run", flags->dry_run, "tell what would be removed, and remove nothing");
  command.NumberOption("--grace", "HOURS", flags->grace_hours, 0, 1'000'000, "files younger than this stay");
  command.NumberOption("--keep", "DAYS", flags->keep_days, 0, 40'000, "old versions younger than this stay");
  command.NumberOption("--wait", "SECONDS", flags->wait_seconds, 0, 1'000'000, "for publishers to end");
  command.Flag("--json", flags->json, "for scripts");
}

}  // namespace rootstream

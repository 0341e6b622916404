#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "server-tools/commands/command.h"
#include "server-tools/store_stats.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

Status RunStats(const StoreAddress& path, bool json) {
  RS_TRY(const Store store, Store::Open(path));
  RS_TRY(const StoreStats stats, MeasureStore(store));
  TellExpiry(store);
  if (json) {
    ordered_json images = ordered_json::array();
    for (const ImageStats& image : stats.images)
      images.push_back(
          {{"image", image.name}, {"serial", image.serial}, {"entries", image.entries}, {"bytes", image.plain_bytes}});
    fputs(Dump(ordered_json({{"images", images},
                             {"packs", stats.packs},
                             {"bytes", stats.bytes},
                             {"live_bytes", stats.live_bytes},
                             {"dead_packs", stats.dead_packs},
                             {"dead_bytes", stats.dead_bytes}}))
              .c_str(),
          stdout);
    return Ok();
  }
  std::string text;
  for (const ImageStats& image : stats.images)
    text += fmt::format("{:<30} serial {:<5} {:>9} entries {:>14}\n", image.name, image.serial, image.entries,
                        MiB(image.plain_bytes));
  text += fmt::format("{} packs, {}; {} of it in use by images, {} packs ({}) by none\n", stats.packs, MiB(stats.bytes),
                      MiB(stats.live_bytes), stats.dead_packs, MiB(stats.dead_bytes));
  fputs(text.c_str(), stdout);
  return Ok();
}

}  // namespace

void AddStats(CommandLine& verbs) {
  auto store = std::make_shared<StoreAddress>();
  auto json = std::make_shared<bool>(false);
  Verb command = verbs.Add("stats", "tell what a store holds", [=] { return Report(RunStats(*store, *json)); });
  AddStoreArgument(command, *store);
  command.Flag("--json", *json, "for scripts");
}

}  // namespace rootstream

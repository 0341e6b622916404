#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/message.h"
#include "base/unix_time.h"
#include "server-tools/commands/command.h"
#include "server-tools/history.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

ordered_json VersionJson(const VersionInfo& v) {
  ordered_json json = {{"image", v.image.ToString()}, {"serial", v.serial},
                       {"current", v.is_current},     {"issued", v.issued},
                       {"expires", v.expires},        {"manifest", v.manifest.Hex()},
                       {"entries", v.totals.entries}, {"bytes", v.totals.plain_bytes},
                       {"there", v.is_there},         {"new_bytes", nullptr},
                       {"problem", v.problem}};
  if (v.new_bytes) json["new_bytes"] = *v.new_bytes;
  return json;
}

std::string VersionText(const VersionInfo& v) {
  const bool is_known = v.totals.entries > 0;  // the root is one
  if (!is_known) return fmt::format("{} {:>6}  {}\n", v.is_current ? '*' : ' ', v.serial, ShownMessage(v.problem));
  std::string added = "removed by gc";
  if (v.new_bytes) added = MiB(*v.new_bytes);
  if (!v.problem.empty()) added = ShownMessage(v.problem);
  return fmt::format("{} {:>6}  {}  {:<19}  {:>9}  {:>12}  {}  {}\n", v.is_current ? '*' : ' ', v.serial,
                     TimeText(v.issued), v.expires == 0 ? "never" : TimeText(v.expires), v.totals.entries,
                     MiB(v.totals.plain_bytes), v.manifest.Hex().substr(0, 12), added);
}

Status RunHistory(const StoreAddress& path, const std::string& name, bool as_json) {
  const ImageName image = ReadImageName(name);
  RS_TRY(const Store store, Store::Open(path));
  std::vector<ImageName> tags = {image};
  if (name.find(':') == std::string::npos) {
    RS_TRY(tags, TagsOf(store, image.name));
  }
  ordered_json all = ordered_json::array();
  std::string text;
  for (const ImageName& tag : tags) {
    RS_TRY(const auto history, HistoryOf(store, tag));
    text += tag.ToString() +
            "\n  serial  issued, UTC          expires                entries          size  manifest      new\n";
    for (auto version = history.rbegin(); version != history.rend(); ++version) {
      all.push_back(VersionJson(*version));
      text += VersionText(*version);
    }
  }
  fputs(as_json ? Dump(ordered_json({{"versions", all}})).c_str() : text.c_str(), stdout);
  return Ok();
}

}  // namespace

void AddHistory(CommandLine& verbs) {
  auto store = std::make_shared<StoreAddress>();
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  Verb command = verbs.Add("history", "tell which versions of an image a store keeps",
                           [=] { return Report(RunHistory(*store, *name, *json)); });
  command.Footer(
      "The newest first; * marks the one that machines get now. New is what a version added, compressed,\n"
      "to the older ones of its tag. rollback brings a version back.");
  AddStoreArgument(command, *store);
  command.Argument("NAME[:TAG]", *name, "all tags if none is named");
  command.Flag("--json", *json, "for scripts");
}

}  // namespace rootstream

#include "fusefs/mount/mounts.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/message.h"
#include "base/plain_text.h"
#include "base/tell.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/status.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

// "serial 3, online, 12.3 MiB fetched", or why nothing can be said.
std::string StateText(const ordered_json& status) {
  if (status.contains("error")) return ShownMessage(status.value("error", ""));
  const bool is_offline = status.value("offline", false);
  return fmt::format("serial {}, {}, {} fetched", status.value("serial", uint64_t{0}),
                     is_offline ? "offline" : "online", HumanBytes(status.value("wire_bytes", uint64_t{0})));
}

ordered_json StatusOf(const MountEntry& mount) {
  const auto reply = AskDaemon(mount, "status");
  const auto text = reply.ok() ? StatusForScripts(*reply) : reply;
  if (!text.ok()) return {{"error", text.error().message}};
  return ordered_json::parse(*text, nullptr, false);
}

int ShowMounts(bool json) {
  ordered_json all = ordered_json::array();
  for (const MountEntry& mount : RootstreamMounts()) {
    const ordered_json status = StatusOf(mount);
    if (json) {
      all.push_back({{"mountpoint", mount.mountpoint}, {"source", mount.source}, {"status", status}});
      continue;
    }
    puts(fmt::format("{}  {}  {}", Printable(mount.mountpoint), Printable(mount.source), StateText(status)).c_str());
  }
  if (json) puts(all.dump(2, ' ', true, ordered_json::error_handler_t::replace).c_str());
  return 0;
}

}  // namespace

void AddMounts(CommandLine& verbs) {
  auto json = std::make_shared<bool>(false);
  Verb command = verbs.Add("mounts", "list the images that are mounted", [=] { return ShowMounts(*json); });
  command.Flag("--json", *json, "for scripts: mountpoint, source and status of each");
}

}  // namespace rootstream

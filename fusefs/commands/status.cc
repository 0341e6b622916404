#include "fusefs/mount/status.h"
#include "base/tell.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/mounts.h"

namespace rootstream {
namespace {

Status ShowStatus(const std::string& mountpoint, bool json) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  const auto reply = AskDaemon(mount, "status");
  if (!reply.ok()) return Of(mountpoint, reply.error());
  const auto text = json ? StatusForScripts(*reply) : StatusText(*reply);
  if (!text.ok()) return Of(mountpoint, text.error());
  fputs(text->c_str(), stdout);
  return Ok();
}

}  // namespace

void AddStatus(CommandLine& verbs) {
  auto mountpoint = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  Verb command =
      verbs.Add("status", "tell what a mount is doing", [=] { return Report(ShowStatus(*mountpoint, *json)); });
  command.Argument("MOUNTPOINT", *mountpoint);
  command.Flag("--json", *json, "for scripts");
}

}  // namespace rootstream

#include "base/tell.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/mount/mount.h"

namespace rootstream {

void AddUmount(CommandLine& verbs) {
  auto mountpoint = std::make_shared<std::string>();
  auto lazy = std::make_shared<bool>(false);
  Verb command = verbs.Add("umount", "take a mount away", [=] {
    return Report(UnmountImage(*mountpoint, *lazy ? UnmountMode::kLazy : UnmountMode::kWhenIdle));
  });
  command.Argument("MOUNTPOINT", *mountpoint);
  command.Flag("-l,--lazy", *lazy, "even if it is busy; whoever uses it gets errors");
}

}  // namespace rootstream

#include <CLI/CLI.hpp>

#include "base/tell.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/mount/mount.h"

namespace rootstream {

void AddUmount(CommandLine& verbs) {
  auto mountpoint = std::make_shared<std::string>();
  auto lazy = std::make_shared<bool>(false);
  CLI::App* command = &verbs.Add("umount", "take a mount away", [=] {
    return Report(UnmountImage(*mountpoint, *lazy ? UnmountMode::kLazy : UnmountMode::kWhenIdle));
  });
  command->add_option("MOUNTPOINT", *mountpoint)->required();
  command->add_flag("-l,--lazy", *lazy, "even if it is busy; whoever uses it gets errors");
}

}  // namespace rootstream

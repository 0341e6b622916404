// One session on several terminals: a person at a machine's screen and one at its serial line see the same and may both
// type.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace rootstream {

// The terminals that the kernel has as consoles, as paths (Documentation/ABI/testing/sysfs-tty, `active`). Empty if it
// has none.
std::vector<std::string> KernelConsoles(const std::string& sysfs = "/sys");

// Runs the command as the leader of a session of its own, whose controlling terminal is a pseudo-terminal (pty(7)).
// What it writes there is shown on all terminals, and what is typed on any of them goes there. A terminal that cannot
// be opened, or is hung up, is left out. The fastest sets the pace: another one misses the output that does not fit its
// queue, and one that takes nothing for 5 seconds keeps nobody waiting. Returns the wait status of the command
// (wait(2)); the terminals are then as they were before. kFailed: it was not started.
Result<int> RunOnTerminals(const std::vector<std::string>& terminals, const std::vector<std::string>& command);

}  // namespace rootstream

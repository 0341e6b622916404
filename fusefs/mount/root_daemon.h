// Protects a daemon whose mount is the root filesystem of its machine. If it stopped, the machine would.
#pragma once

#include "base/result.h"

namespace rootstream {

// Protects the process from what ends others:
// * systemd does not kill a process whose first argument begins with '@' at shutdown
//   (https://systemd.io/ROOT_STORAGE_DAEMONS);
// * the kernel does not kill it when memory is short (proc(5), oom_score_adj);
// * its pages stay in memory, since their file may lie in its own mount (mlockall(2)).
// For SIGSTOP, which cannot be prevented, see continue_timer.h.
Status BecomeRootDaemon();

}  // namespace rootstream

// A daemon whose mount is the root of the machine it runs on: when it stops, everything does.
#pragma once

#include "base/result.h"

namespace rootstream {

// Takes the process out of reach of what ends others:
// * systemd spares a process whose first argument begins with '@' when it shuts down
//   (https://systemd.io/ROOT_STORAGE_DAEMONS);
// * the kernel does not kill it when memory is short (proc(5), oom_score_adj);
// * its pages stay once they are there: the file that they came from may be in its own mount
// (mlockall(2)).
// Against SIGSTOP, from which nothing is spared: continue_timer.h.
Status BecomeRootDaemon();

}  // namespace rootstream

// How many reads of a mount the kernel lets wait at a time, readahead and asynchronous ones: beyond it, a
// file that is in the cache waits, too. The reply to INIT asks for all that there is; but from a process
// without CAP_SYS_ADMIN the kernel takes no more than a share of memory allows (max_user_bgreq: 83 with
// 256 MiB). So who has it says it once more, by the control filesystem of FUSE.
#pragma once

#include <string>

#include "base/result.h"

namespace rootstream {

// `device`: of the mount, as in /proc/self/mountinfo. Waits a moment for the reply to INIT. Needs root.
Status LiftBackgroundLimit(const std::string& device);

}  // namespace rootstream

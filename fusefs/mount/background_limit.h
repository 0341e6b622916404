// Raises the number of background requests (readahead and asynchronous reads) that the kernel allows for a mount. When
// that many wait, even reads of cached files wait. The reply to INIT asks for the maximum, but the kernel grants a
// process without CAP_SYS_ADMIN only a number that depends on memory (max_user_bgreq: 83 with 256 MiB). So a process
// that has CAP_SYS_ADMIN sets it again, through FUSE's control filesystem.
#pragma once

#include <string>

#include "base/result.h"

namespace rootstream {

// `device`: the device number of the mount in /proc/self/mountinfo. Waits a moment for the reply to INIT. Needs root.
Status LiftBackgroundLimit(const std::string& device);

}  // namespace rootstream

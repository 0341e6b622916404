#pragma once

#include <sys/prctl.h>

namespace rootstream {

// Of QEMU's user emulation (linux-user), which runs the tests of other processors: it has no seccomp(2) and no
// reboot(2), and its processes show its own command line. A whole machine (tests/e2e/boot_s390x.sh) has them.
inline bool IsUserEmulation() { return prctl(PR_GET_SECCOMP) < 0; }

}  // namespace rootstream

// Which system calls this process may make: a seccomp filter, by libseccomp.
#pragma once

#include "base/result.h"

namespace rootstream {

// For all threads. Needs no_new_privs. Ok, too, where the kernel has no seccomp.
Status FilterSystemCalls();

}  // namespace rootstream

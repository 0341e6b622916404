// Restricts the system calls of this process with a seccomp filter, made with libseccomp.
#pragma once

#include "base/result.h"

namespace rootstream {

// Applies to all threads. Needs no_new_privs. Ok, too, if the kernel has no seccomp.
Status FilterSystemCalls();

}  // namespace rootstream

// Restricts which files this process may open, with Landlock (landlock(7)). The C library has no functions for these
// system calls.
#pragma once

#include "fusefs/mount/least_privilege.h"

namespace rootstream {

// It also forbids to execute programs, to listen on TCP ports, to signal processes outside, and to connect to abstract
// sockets outside. Needs no_new_privs. Ok, too, if the kernel has no Landlock.
Status LimitFiles(const FileNeeds& needs);

}  // namespace rootstream

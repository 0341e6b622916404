// Which files this process may open: Landlock, by its system calls (landlock(7)); the C library has no
// functions for them.
#pragma once

#include "fusefs/mount/least_privilege.h"

namespace rootstream {

// Also: no program is started, no TCP port is listened on, and no process is signalled or reached by an
// abstract socket that lives outside. Needs no_new_privs. Ok, too, where the kernel has no Landlock.
Status LimitFiles(const FileNeeds& needs);

}  // namespace rootstream

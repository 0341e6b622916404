// Reduces what the daemon may do to what it needs. It parses bytes from the network with other people's libraries. An
// attacker who gets in by one of them finds a process without capabilities, which cannot start programs, writes only to
// its cache, and reaches few system calls.
//
// * no_new_privs, and permanently no capabilities except those below (capabilities(7), the bounding set);
// * Landlock if the kernel has it (landlock(7)): reading only libraries, the configuration of name resolution, and the
//   listed paths; writing only in the cache folder and beside a recording;
// * a filter of system calls (seccomp(2)): others fail with ENOSYS, as on a kernel without them.
//
// It applies to threads that start later, so it comes first. docs/design.md has its cost.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct FileNeeds {
  std::vector<std::string> read;   // files, and folders with all below
  std::vector<std::string> write;  // folders with all below, and files
};

// For this thread and those that it starts. A failed step does not stop the others; the first failure is returned. A
// kernel without Landlock or seccomp is not a failure.
Status KeepLeastPrivilege(const FileNeeds& needs);

}  // namespace rootstream

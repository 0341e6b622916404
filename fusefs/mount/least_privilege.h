// What the daemon may do once it is set up: no more than it does. It reads bytes from the network with
// libraries that were not written here; whoever gets in by one of them is to find a process without
// capabilities, that starts no program, writes to its cache only, and reaches few of the kernel's calls.
//
// * no_new_privs, and no capability but those below, for ever (capabilities(7), the bounding set);
// * Landlock where the kernel has it (landlock(7)): files are read where libraries and names of hosts
//   are, and where it was told to; written in the cache folder and beside a recording;
// * a filter of system calls (seccomp(2)): an unknown one fails with ENOSYS, as on a kernel without it.
//
// All of it holds for threads that begin later, so it comes first. docs/security.md has what it costs.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct FileNeeds {
  std::vector<std::string> read;   // files, and folders with all below
  std::vector<std::string> write;  // folders with all below, and files
};

// For this thread, and those that it begins. It goes on after a step that fails; the first failure is
// returned. A kernel without Landlock or seccomp is no failure.
Status KeepLeastPrivilege(const FileNeeds& needs);

}  // namespace rootstream

// Who made a request of the mount: a thread of some program, known by its id.
//
// The kernel tells (FUSE_INTERRUPT) that a signal came for a thread that waits, but not which one. Only who is
// being killed is answered EINTR: another signal's handler would run, and then the program would see an EINTR
// of access, stat or open, which no local filesystem returns, SA_RESTART or not.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "base/file_io.h"

namespace rootstream {

// Whether a thread is about to end by a signal, by what /proc/PID/status says of it, proc(5): SIGKILL is pending
// (the kernel sends it to each thread of a program that a signal ends, signal(7)), or a signal is whose default, in
// force, is to dump core.
bool IsBeingKilled(std::string_view status);

class Callers {
 public:
  Callers();
  // Also of a thread that is gone. False where there is no telling: none of this pid namespace, or no /proc.
  bool IsBeingKilled(pid_t thread) const;

 private:
  UniqueFd proc_;  // held open: a root's daemon finds nothing by its path later on
};

}  // namespace rootstream

// Callers: finds out about the thread that made a request, by its thread id.
//
// FUSE_INTERRUPT tells that a waiting thread received a signal, but not which. Only a thread that is being killed gets
// EINTR. Otherwise a program with a signal handler would get EINTR from access, stat or open, which no local filesystem
// returns, with or without SA_RESTART.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "base/file_io.h"

namespace rootstream {

// True if a signal is about to end a thread, according to its /proc/PID/status (proc(5)): SIGKILL is pending, which the
// kernel sends to all threads of a dying program (signal(7)), or a signal whose default action, dumping core, is in
// force.
bool IsBeingKilled(std::string_view status);

class Callers {
 public:
  Callers();
  // True, too, for a thread that no longer exists. False if it cannot be known: the thread is in another pid namespace,
  // or /proc is missing.
  bool IsBeingKilled(pid_t thread) const;

 private:
  UniqueFd proc_;  // kept open, since the path is not valid for the daemon of a root later
};

}  // namespace rootstream

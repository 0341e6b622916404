#include "fusefs/root_daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "cache/file_io.h"

namespace rootstream {

Status BecomeRootDaemon() {
  program_invocation_name[0] = '@';
  // Memory that comes later is locked, too, when there is no capability left that allows it.
  const rlimit without = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_MEMLOCK, &without) != 0) return ErrnoError("cannot lift the limit of", "locked memory");
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
    return ErrnoError("cannot lock", "the daemon's memory");
  RS_TRY(const UniqueFd score, OpenFile("/proc/self/oom_score_adj", O_WRONLY));
  if (!WriteFullyAt(score.get(), "-1000", 0))
    return ErrnoError("cannot write", "/proc/self/oom_score_adj");
  return Ok();
}

}  // namespace rootstream

#include "fusefs/mount/root_daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/file_io.h"

namespace rootstream {

Status BecomeRootDaemon() {
  program_invocation_name[0] = '@';
  // Later memory is locked, too; without RLIMIT_MEMLOCK that needs no capability (least_privilege.cc).
  const rlimit without = {RLIM_INFINITY, RLIM_INFINITY};
  (void)setrlimit(RLIMIT_MEMLOCK, &without);
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) return ErrnoError("cannot lock", "the daemon's memory");
  RS_TRY(const UniqueFd score, OpenFile("/proc/self/oom_score_adj", O_WRONLY));
  if (!WriteFullyAt(score.get(), "-1000", 0)) return ErrnoError("cannot write", "/proc/self/oom_score_adj");
  return Ok();
}

}  // namespace rootstream

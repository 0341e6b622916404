#include "fusefs/mount/mount.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/tell.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/daemon.h"
#include "fusefs/mount/mount_table.h"

namespace rootstream {
namespace {

constexpr int kSealing = 800;  // milliseconds

void LeaveTerminal() {
  setsid();
  (void)!chdir("/");
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {0, 1, 2}) dup2(null.get(), fd);
}

// The child: says "+" and a warning when ready, or "-" and the error.
[[noreturn]] void RunChild(const MountOptions& options, const std::string& mountpoint, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // if the caller is interrupted while it waits, the daemon ends, too
  bool told = false;
  const auto tell = [&](const std::string& text) {
    if (!told) (void)!write(pipe, text.data(), text.size());
    told = true;
    close(pipe);
  };
  const Status status = RunDaemon(options, mountpoint, [&](const std::string& warning) {
    prctl(PR_SET_PDEATHSIG, 0);
    LeaveTerminal();
    tell("+" + warning);
  });
  if (!status.ok()) tell("-" + status.error().message);
  _exit(status.ok() ? 0 : 1);
}

Status WaitForChild(pid_t child, int pipe) {
  std::string text;
  char piece[1024];
  for (ssize_t n = 0; (n = read(pipe, piece, sizeof piece)) != 0;) {
    if (n < 0 && errno != EINTR) break;
    if (n > 0) text.append(piece, n);
  }
  if (text.starts_with("+")) {
    if (text.size() > 1) Tell(text.substr(1));
    return Ok();
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (text.starts_with("-")) return Failed(text.substr(1));
  return Failed("the daemon ended before the mount was there");
}

// Relative paths must outlive the daemon's change of folder.
Status MakePathsAbsolute(MountOptions& options) {
  const auto absolute = [](std::string& path) -> Status {
    if (path.starts_with("/") || path == "none") return Ok();
    char* here = getcwd(nullptr, 0);
    if (here == nullptr) return ErrnoError("cannot tell the folder of", path);
    path = std::string(here) + "/" + path;
    free(here);
    return Ok();
  };
  if (options.client.cache) RS_CHECK(absolute(*options.client.cache));
  if (!options.record.empty()) RS_CHECK(absolute(options.record));
  return Ok();
}

}  // namespace

Status MountImage(const MountOptions& given) {
  MountOptions options = given;
  if (options.action == MountAction::kRemount) return SetMountFlags(options.mountpoint, options.mount_flags);
  options.client.record = !options.record.empty();
  RS_CHECK(ParseLayersUrl(options.client.url));
  if (options.action == MountAction::kMountOnce && IsMountedAlready(options)) return Ok();
  RS_TRY(const std::string mountpoint, CheckMountpoint(options));
  RS_CHECK(MakePathsAbsolute(options));
  if (options.foreground) return RunDaemon(options, mountpoint, [](const std::string&) {});
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoError("cannot make", "a pipe");
  const pid_t child = fork();
  if (child < 0) return ErrnoError("cannot start", "the daemon");
  if (child == 0) {
    close(ends[0]);
    RunChild(options, mountpoint, ends[1]);
  }
  close(ends[1]);
  const Status status = WaitForChild(child, ends[0]);
  close(ends[0]);
  return status;
}

Status UnmountImage(const std::string& mountpoint, UnmountMode mode) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  if (mode == UnmountMode::kLazy) {
    RS_CHECK(UnmountNow(mount, MNT_DETACH));
    (void)AskDaemon(mount, "end");
    return Ok();
  }
  const auto daemon = DaemonCall::Send(mount, "");
  const UniqueFd process(daemon.ok() ? static_cast<int>(syscall(SYS_pidfd_open, daemon->daemon(), 0)) : -1);
  const Status status = UnmountNow(mount, UMOUNT_NOFOLLOW);
  if (!status.ok()) {
    return Failed(status.error().message + " (a process has it open: fuser -vm tells which; --lazy detaches it)");
  }
  // The daemon closes its cache; it gets little time for that.
  pollfd end = {process.get(), POLLIN, 0};
  if (process) (void)poll(&end, 1, kSealing);
  return Ok();
}

}  // namespace rootstream

#include "boot/guard.h"

#include <fcntl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "base/file_io.h"
#include "base/program_start.h"

namespace rootstream {
namespace {

constexpr unsigned kSecondsToRead = 10;  // for which a message stays on the console before the machine restarts

// As process 1. switch_root(8) makes new_root the root of all.
[[noreturn]] void BecomeInit(const GuardOptions& options) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const std::string proc = options.new_root + "/proc";
  if (mount("proc", proc.c_str(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) perror("kboot: /proc");
  std::vector<std::string> words = {"switch_root", "-c", "/dev/console", options.new_root};
  words.insert(words.end(), options.init.begin(), options.init.end());
  execvp(words[0].c_str(), ArgumentPointers(words).data());
  perror("kboot: switch_root");
  _exit(127);
}

// The kernel's own threads have this process's root, whatever it is, and start programs of it (modprobe(8)): the
// image's, as long as that runs. Then they have to leave it, or it could not be unmounted.
bool Enter(int root) { return fchdir(root) == 0 && chroot(".") == 0; }

// Ctrl-Alt-Del is init's (proc(5), ctrl-alt-del): the kernel tells process 1, which passes it on.
void TakeCtrlAltDel() {
  const UniqueFd file(open("/proc/sys/kernel/ctrl-alt-del", O_WRONLY | O_CLOEXEC));
  if (file) (void)!write(file.get(), "0", 1);
}

// Until init has ended; its wait status. Whoever else ends here was left behind by the boot.
int AwaitInit(pid_t init, const sigset_t& signals) {
  while (true) {
    int status = 0;
    for (pid_t ended = 0; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == init) return status;
    if (sigwaitinfo(&signals, nullptr) == SIGINT) kill(init, SIGINT);
  }
}

bool KexecIsLoaded() {
  const auto text = ReadWholeFile("/sys/kernel/kexec_loaded", 16);
  return text.ok() && text->starts_with("1");
}

void RunLeave(const std::string& program) {
  const pid_t process = fork();
  if (process == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execl(program.c_str(), program.c_str(), nullptr);
    _exit(127);
  }
  while (process > 0) {
    const pid_t ended = waitpid(-1, nullptr, 0);
    if (ended == process || ended < 0) return;
  }
}

}  // namespace

pid_t ForkIntoPidNamespace() {
  constexpr long kFlags = CLONE_NEWPID | SIGCHLD;
#if defined(__s390x__)  // there, the flags follow the stack
  return static_cast<pid_t>(syscall(SYS_clone, nullptr, kFlags, nullptr, nullptr, nullptr));
#else
  return static_cast<pid_t>(syscall(SYS_clone, kFlags, nullptr, nullptr, nullptr, nullptr));
#endif
}

int RebootCommandFor(int wait_status, bool kexec_is_loaded) {
  if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGINT) return LINUX_REBOOT_CMD_POWER_OFF;
  const bool asked = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGHUP;
  return asked && kexec_is_loaded ? LINUX_REBOOT_CMD_KEXEC : LINUX_REBOOT_CMD_RESTART;
}

void RunGuard(const GuardOptions& options) {
  auto new_root = OpenFile(options.new_root, O_RDONLY | O_DIRECTORY);
  const auto live = OpenFile(options.live, O_RDONLY | O_DIRECTORY);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGCHLD, SIGINT}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  // Not unshare(2): after it no process could be started once the namespace's first has ended.
  const bool found = new_root.ok() && live.ok();
  const pid_t init = found ? ForkIntoPidNamespace() : -1;
  if (init < 0) perror("kboot: the image's init cannot be kept apart from what its root needs");
  if (init <= 0) BecomeInit(options);
  TakeCtrlAltDel();
  if (!Enter(new_root->get())) perror("kboot: the kernel does not find the image's modules");

  const int status = AwaitInit(init, signals);
  if (!WIFSIGNALED(status)) {
    fprintf(stderr, "kboot: the image's init has ended with code %d; the machine starts again in %u seconds\n",
            WEXITSTATUS(status), kSecondsToRead);
    sleep(kSecondsToRead);
  }
  // Detaches all mounts below as well; no process of the image is left that uses them.
  if (umount2("/", MNT_DETACH) != 0 || !Enter(live->get())) perror("kboot: the root could not be unmounted");
  new_root->Close();
  const int command = RebootCommandFor(status, KexecIsLoaded());
  RunLeave(options.leave);
  sync();
  reboot(command);
  reboot(LINUX_REBOOT_CMD_RESTART);  // the requested action failed
  while (true) pause();
}

}  // namespace rootstream

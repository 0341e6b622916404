#include "fusefs/mount/mount.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "base/message.h"
#include "base/url_text.h"
#include "fusefs/commands/commands.h"
#include "fusefs/image/profile_file.h"
#include "fusefs/mount/background_limit.h"
#include "fusefs/mount/caller.h"
#include "fusefs/mount/continue_timer.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/daemon_files.h"
#include "fusefs/mount/fuse_session.h"
#include "fusefs/mount/kernel_readahead.h"
#include "fusefs/mount/mount_keeper.h"
#include "fusefs/mount/mounts.h"
#include "fusefs/mount/request.h"
#include "fusefs/mount/root_daemon.h"
#include "fusefs/mount/status.h"
#include "fusefs/mount/watchdog.h"

namespace rootstream {
namespace {

constexpr const char* kFilesystemType = "fuse.rootstream";
constexpr int kFuseThreads = 4;
constexpr int kLookEvery = 250;  // milliseconds
constexpr int kSealing = 800;    // milliseconds
constexpr std::chrono::seconds kSaveProfileEvery{10};
constexpr std::chrono::seconds kTryControlEvery{1};

// Where the daemon tells of itself: standard error in the foreground, the kernel's log (and so the
// console) when no program can run without it, else the system log.
class Log {
 public:
  explicit Log(const MountOptions& options) : to_stderr_(options.foreground) {
    if (to_stderr_) return;
    if (options.is_root) kernel_ = UniqueFd(open("/dev/kmsg", O_WRONLY | O_CLOEXEC));
    openlog("rootstream", LOG_PID, LOG_DAEMON);
  }
  void Line(const std::string& message) const {
    const std::string text = ShownMessage(message);
    if (to_stderr_) {
      dprintf(2, "rootstream: %s\n", text.c_str());
    } else if (kernel_) {
      // One write is one message; dprintf(3) wants to seek first, which this device refuses.
      const std::string line = "<" + std::to_string(LOG_DAEMON | LOG_WARNING) + ">rootstream: " + text + "\n";
      (void)!write(kernel_.get(), line.data(), line.size());
    } else {
      syslog(LOG_NOTICE, "%s", text.c_str());
    }
  }

 private:
  const bool to_stderr_;
  UniqueFd kernel_;
};

Result<std::string> CheckMountpoint(const MountOptions& options) {
  const std::string& path = options.mountpoint;
  if (const auto mount = FindMount(path); mount && mount->type == kFilesystemType)
    return Invalid("mountpoint " + path + ": busy, " + mount->source + " is mounted there");
  char resolved[PATH_MAX];
  if (realpath(path.c_str(), resolved) == nullptr) return ErrnoError("mountpoint", path);
  const auto names = NamesIn(std::string(resolved));
  if (!names.ok()) return Of("mountpoint", names.error());
  if (!names->empty() && !options.allow_non_empty)
    return Invalid("mountpoint " + path + ": not empty (-o nonempty mounts over it)");
  return std::string(resolved);
}

// The image is mounted there, and is served.
bool IsMountedAlready(const MountOptions& options) {
  const auto mount = FindMount(options.mountpoint);
  if (!mount || mount->type != kFilesystemType || !DaemonCall::Send(*mount, "").ok()) return false;
  const auto there = ParseImageUrl(mount->source), wanted = ParseImageUrl(WithoutSecrets(options.client.url));
  return there.ok() && wanted.ok() && there->ToString() == wanted->ToString();
}

// Of the mount itself and not of its filesystem, which is the same always; so nobody is asked, and nothing can hang.
Status SetMountFlags(const std::string& mountpoint, const std::vector<std::string>& changes) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  const unsigned long flags = MS_REMOUNT | MS_BIND | MountFlags(mount.flags, changes);
  if (::mount(nullptr, mount.mountpoint.c_str(), nullptr, flags, nullptr) == 0) return Ok();
  return ErrnoError("cannot change the flags of", mount.mountpoint);
}

bool NeedsMountFlags(const MountOptions& options) {
  return std::find(options.mount_flags.begin(), options.mount_flags.end(), "nosymfollow") != options.mount_flags.end();
}

// As one of FUSE's options, which commas part.
std::string EscapedOption(const std::string& option) {
  std::string escaped;
  for (const char c : option) {
    if (c == ',' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

std::vector<std::string> FuseOptions(const MountOptions& options, const std::string& source) {
  std::vector<std::string> out = {"ro", "default_permissions", "subtype=rootstream", EscapedOption("fsname=" + source)};
  for (const std::string& option : options.kernel_options) out.push_back(EscapedOption(option));
  return out;
}

uint32_t RandomGeneration() {
  uint32_t generation = 0;
  (void)!getrandom(&generation, sizeof generation, 0);
  return generation | 1;  // never 0: "none"
}

Status UnmountNow(const MountEntry& mount, int flags) {
  if (umount2(mount.mountpoint.c_str(), flags) == 0) return Ok();
  if (errno != EPERM) return ErrnoError("cannot unmount", mount.mountpoint);
  // As an ordinary user, through the helper that is allowed to.
  const pid_t child = fork();
  if (child == 0) {
    const char* lazily = (flags & MNT_DETACH) != 0 ? "-uqz" : "-uq";
    execlp("fusermount3", "fusermount3", lazily, mount.mountpoint.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok();
  return ErrnoError("cannot unmount", mount.mountpoint, EBUSY);
}

// What the process beside the daemon does; it remembers which mount is its own.
MountKeeper::Actions KeeperOf(const MountOptions& asked, const std::string& mountpoint,
                              const std::vector<std::string>& options) {
  const auto own = std::make_shared<std::string>();  // device number
  const bool needs_flags = NeedsMountFlags(asked);
  const std::vector<std::string> flags = asked.mount_flags;
  return {.mount = [=]() -> Result<UniqueFd> {
            RS_TRY(UniqueFd device, FuseSession::Mount(mountpoint, options));
            const auto mount = FindMount(mountpoint);
            if (mount) *own = mount->device;
            // What FUSE's library does not know of; a mount that lacks it is none.
            const Status set = needs_flags ? SetMountFlags(mountpoint, flags) : Ok();
            if (!set.ok() && mount) (void)UnmountNow(*mount, MNT_DETACH | UMOUNT_NOFOLLOW);
            if (!set.ok()) return set.error();
            return device;
          },
          .began = [=] { return geteuid() == 0 ? LiftBackgroundLimit(*own) : Ok(); },
          .unmount =
              [=] {
                const auto mount = FindMount(mountpoint);
                const bool is_ours = mount && mount->type == kFilesystemType && mount->device == *own;
                return is_ours ? UnmountNow(*mount, MNT_DETACH | UMOUNT_NOFOLLOW) : Ok();
              }};
}

// Chunks of 128 KiB come and go all the time: from the heap their pages are used again, from
// mmap(2) each one is faulted in and zeroed anew. Few arenas, and a bound on what is kept, hold the
// memory down.
void TuneAllocator() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 2 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

// One mount's life in its own process.
class Daemon {
 public:
  Daemon(const MountOptions& options, std::string mountpoint)
      : options_(options), mountpoint_(std::move(mountpoint)), log_(options) {}

  // Called once the kernel has taken the mount and requests are served; with what is not as it should be, or "".
  using Ready = std::function<void(const std::string& warning)>;

  Status Run(const Ready& ready) {
    TuneAllocator();
    if (options_.is_root) {
      const Status armed = BecomeRootDaemon();
      if (!armed.ok()) log_.Line(armed.error().message);  // less safe, yet better than no root
    }
    RS_CHECK(GiveUpPrivileges());
    ClientOptions client_options = options_.client;
    client_options.warm_up = true;
    RS_TRY(client_, Client::Open(client_options, [this](const Error& error) {
             log_.Line("waiting for the network: " + error.message);
             if (!options_.foreground)
               fprintf(stderr, "rootstream: waiting for the network: %s\n", error.message.c_str());
           }));
    if (options_.is_root) client_->cache().fetcher().WaitForEver();
    if (!options_.record.empty()) {
      RS_TRY(ProfileFile profile, ProfileFile::Open(options_.record, client_->url().image));
      profile_ = std::move(profile);
    }
    if (!client_->memory_lost().empty())
      log_.Line(client_->url().ToString() + ": memory of refs: lost: " + client_->memory_lost());
    if (client_->opened_offline()) log_.Line("no store answers: opened from the cache");
    const UniqueFd initialised(eventfd(0, EFD_CLOEXEC));
    const Callers callers;
    std::optional<InterruptedRequests> interrupted(
        std::in_place, [&](const Request& request) { return callers.IsBeingKilled(request.thread()); });
    FuseContext context{client_->image(),
                        client_->reader(),
                        *interrupted,
                        RandomGeneration(),
                        client_->ref().manifest.features,
                        client_->ref().manifest.totals,
                        InitialReadahead(),
                        [&] { Signal(initialised); }};
    RS_TRY(UniqueFd device, keeper_.Mount());
    auto session = FuseSession::Open(std::move(device), fuse_options_, context);
    if (!session.ok()) (void)keeper_.Unmount();
    RS_TRY(session_, std::move(session));
    // Until here a signal simply ends the process, which may be waiting for the network.
    const UniqueFd signals = CatchSignals();
    Watchdog watchdog(session_->device(), signals.get(), [this](const std::string& text) { log_.Line(text); });
    const UniqueFd ended(eventfd(0, EFD_CLOEXEC));
    Thread loop("session", [&] {
      session_->Run(kFuseThreads);
      Signal(ended);
    });
    const Status status = Serve(signals, initialised, ended, ready);
    watchdog.EndIsDue();
    control_.reset();
    session_->End();
    loop.Join();
    SaveProfile();
    client_->Close();     // replies to what is parked, so before the session goes
    interrupted.reset();  // it may be replying just now
    // Where the connection is gone, the mount is; what lies there now, under the same numbers, is another's.
    if (!ConnectionIsGone(session_->device()))
      if (const Status unmounted = keeper_.Unmount(); !unmounted.ok()) log_.Line(unmounted.error().message);
    session_.reset();
    return status;
  }

 private:
  // Before there are threads, and before a byte is read from outside.
  Status GiveUpPrivileges() {
    RS_TRY(const ImageUrl url, ParseImageUrl(options_.client.url));
    fuse_options_ = FuseOptions(options_, WithoutSecrets(url.ToString()));
    RS_TRY(keeper_, MountKeeper::Start(KeeperOf(options_, mountpoint_, fuse_options_)));
    signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of write(2)
    const Status kept = KeepLeastPrivilege(FilesOfDaemon(options_));
    if (!kept.ok()) log_.Line("it keeps more privileges than it needs: " + kept.error().message);
    return Ok();
  }

  static UniqueFd CatchSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    signal(SIGPIPE, SIG_IGN);
    return UniqueFd(signalfd(-1, &set, SFD_CLOEXEC));
  }

  static void Signal(const UniqueFd& event) {
    const uint64_t one = 1;
    (void)!write(event.get(), &one, sizeof one);
  }

  Status Serve(const UniqueFd& signals, const UniqueFd& initialised, const UniqueFd& ended, const Ready& ready) {
    pollfd fds[] = {{initialised.get(), POLLIN, 0}, {ended.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    std::optional<ContinueTimer> stopped = options_.is_root ? StartContinueTimer() : std::nullopt;
    while (true) {
      if (stopped) stopped->Push();
      if (poll(fds, 3, kLookEvery) < 0 && errno != EINTR) return ErrnoError("cannot wait for", "signals");
      // A thread of the session that hangs does not tell of the end.
      if (fds[1].revents != 0 || fds[2].revents != 0 || ConnectionIsGone(session_->device())) return Ok();
      if (fds[0].revents != 0) {
        fds[0].fd = -1;
        fds[0].revents = 0;
        if (const Status began = keeper_.Began(); !began.ok()) log_.Line(began.error().message);
        if (options_.is_root) keeper_.Release();  // nobody takes away the root while its daemon runs
        NoteMount();
        StartControl();
        ready(control_problem_);
      }
      StartControl();
      TellNetworkState();
      AdjustReadahead();
      const auto now = std::chrono::steady_clock::now();
      if (now - profile_saved_ >= kSaveProfileEvery) SaveProfile();
    }
  }

  std::optional<ContinueTimer> StartContinueTimer() const {
    auto timer = ContinueTimer::Start();
    if (timer.ok()) return std::move(*timer);
    log_.Line(timer.error().message);
    return std::nullopt;
  }

  void SaveProfile() {
    profile_saved_ = std::chrono::steady_clock::now();
    if (!profile_) return;
    const Status saved = profile_->Save(*client_);
    if (!saved.ok() && profile_problem_ != saved.error().message) log_.Line(profile_problem_ = saved.error().message);
  }

  // What a command of the control socket is answered.
  std::string Answer(const std::string& request) {
    if (request == "status") return StatusJson(*client_, served_since_);
    if (request == "end") kill(getpid(), SIGTERM);
    if (request == "record") client_->StartRecording();
    if (request == "record end" && !profile_) client_->recorder().Stop();
    if (request == "record so far" || request == "record end") return RecordedProfile(*client_).Encode();
    return "ok\n";
  }

  void NoteMount() {
    mount_ = FindMount(mountpoint_);
    if (!mount_) return;  // gone again already
    if (geteuid() == 0) readahead_.emplace(KernelReadahead::OfMount(mount_->device));
    served_since_ = std::chrono::steady_clock::now();
  }

  // Until it succeeds: whoever has the socket's name now may give it up.
  void StartControl() {
    const auto now = std::chrono::steady_clock::now();
    if (!mount_ || control_ != nullptr || now < try_control_) return;
    auto control = ControlServer::Start(*mount_, session_->device(),
                                        [this](const std::string& request) { return Answer(request); });
    try_control_ = now + kTryControlEvery;
    const std::string problem = control.ok() ? ""
                                             : mountpoint_ + ": " + control.error().message +
                                                   ": status, profile record and umount --lazy do not reach this mount";
    if (control.ok()) control_ = std::move(*control);
    if (problem == control_problem_) return;
    log_.Line(problem.empty() ? mountpoint_ + ": status answers now" : problem);
    control_problem_ = problem;
  }

  int InitialReadahead() const {
    const Foreknowledge known = options_.client.record                     ? Foreknowledge::kRecording
                                : client_->ref().manifest.hot.data.empty() ? Foreknowledge::kNone
                                                                           : Foreknowledge::kHotRange;
    return FirstReadahead(known, client_->cache().fetcher().state(),
                          geteuid() == 0 ? Tuning::kAdjustable : Tuning::kFixed);
  }

  void AdjustReadahead() {
    if (!readahead_ || client_->recorder().on()) return;  // who records has set it
    const bool is_foreseen = client_->reader().is_foreseen();
    const Warmup::Progress hot = client_->warmup().progress();
    // One that memory cannot hold, or that is damaged, does not come any more.
    if (!hot_range_came_ && (hot.is_complete() || (hot.ended && !is_foreseen))) {
      hot_range_came_ = true;
      readahead_->HotRangeCame();
    }
    readahead_->Adjust(client_->reader().run_share(), is_foreseen);
  }

  void TellNetworkState() {
    const bool offline = client_->cache().fetcher().state().offline;
    if (offline == was_offline_) return;
    was_offline_ = offline;
    log_.Line(client_->url().ToString() +
              (offline ? ": no store answers; what is cached is still served" : ": online again"));
  }

  const MountOptions& options_;
  const std::string mountpoint_;
  const Log log_;
  std::vector<std::string> fuse_options_;
  MountKeeper keeper_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<FuseSession> session_;
  std::unique_ptr<ControlServer> control_;
  std::optional<MountEntry> mount_;
  std::chrono::steady_clock::time_point served_since_, try_control_;
  std::string control_problem_;
  std::optional<ReadaheadPolicy> readahead_;
  bool hot_range_came_ = false;
  std::optional<ProfileFile> profile_;
  std::chrono::steady_clock::time_point profile_saved_ = std::chrono::steady_clock::now();
  std::string profile_problem_;
  bool was_offline_ = false;
};

void LeaveTerminal() {
  setsid();
  (void)!chdir("/");
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {0, 1, 2}) dup2(null.get(), fd);
}

// The child: says "+" and a warning when ready, or "-" and the error.
[[noreturn]] void RunChild(const MountOptions& options, const std::string& mountpoint, int pipe) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // who gives up waiting for the mount takes the daemon along
  bool told = false;
  const auto tell = [&](const std::string& text) {
    if (!told) (void)!write(pipe, text.data(), text.size());
    told = true;
    close(pipe);
  };
  const Status status = Daemon(options, mountpoint).Run([&](const std::string& warning) {
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
  RS_CHECK(ParseImageUrl(options.client.url));
  if (options.action == MountAction::kMountOnce && IsMountedAlready(options)) return Ok();
  RS_TRY(const std::string mountpoint, CheckMountpoint(options));
  RS_CHECK(MakePathsAbsolute(options));
  if (options.foreground) return Daemon(options, mountpoint).Run([](const std::string&) {});
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
  // The daemon seals its cache; not waiting for it long.
  pollfd end = {process.get(), POLLIN, 0};
  if (process) (void)poll(&end, 1, kSealing);
  return Ok();
}

}  // namespace rootstream

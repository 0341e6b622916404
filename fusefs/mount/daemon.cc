#include "fusefs/mount/daemon.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/url_text.h"
#include "fusefs/image/profile_file.h"
#include "fusefs/mount/caller.h"
#include "fusefs/mount/continue_timer.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/daemon_files.h"
#include "fusefs/mount/daemon_log.h"
#include "fusefs/mount/fuse_session.h"
#include "fusefs/mount/kernel_readahead.h"
#include "fusefs/mount/layer_tree.h"
#include "fusefs/mount/mount_table.h"
#include "fusefs/mount/request.h"
#include "fusefs/mount/root_daemon.h"
#include "fusefs/mount/status.h"
#include "fusefs/mount/watchdog.h"

namespace rootstream {
namespace {

constexpr int kFuseThreads = 4;
constexpr int kLookEvery = 250;  // milliseconds
constexpr std::chrono::seconds kSaveProfileEvery{10};
constexpr std::chrono::seconds kTryControlEvery{1};

uint32_t RandomGeneration() {
  uint32_t generation = 0;
  (void)!getrandom(&generation, sizeof generation, 0);
  return generation | 1;  // never 0: "none"
}

// Chunks of about 128 KiB are allocated and freed all the time. From the heap, their pages are reused; with mmap(2),
// every page would be faulted in and zeroed again. Few arenas and a low trim threshold limit the memory.
void TuneAllocator() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 2 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

// The daemon of one mount, in its own process.
class Daemon {
 public:
  Daemon(const MountOptions& options, std::string mountpoint)
      : options_(options), mountpoint_(std::move(mountpoint)), log_(options) {}

  Status Run(const DaemonReady& ready) {
    TuneAllocator();
    if (options_.is_root) {
      const Status armed = BecomeRootDaemon();
      if (!armed.ok()) log_.Write(armed.error().message);  // less safe, but better than no root filesystem
    }
    RS_CHECK(GiveUpPrivileges());
    ClientOptions client_options = options_.client;
    client_options.warm_up = true;
    RS_TRY(layers_, Layers::Open(client_options, [this](const Error& error) {
             log_.Write("waiting for the network: " + error.message);
             if (!options_.foreground)
               fprintf(stderr, "rootstream: waiting for the network: %s\n", error.message.c_str());
           }));
    if (options_.is_root) layers_->cache().WaitForEver();
    if (!options_.record.empty()) {
      RS_TRY(ProfileFile profile, ProfileFile::Open(options_.record, layers_->base().url().image));
      profile_ = std::move(profile);
    }
    for (const auto& client : layers_->clients()) TellHowItWasOpened(*client);
    const UniqueFd initialised(eventfd(0, EFD_CLOEXEC));
    const Callers callers;
    std::optional<InterruptedRequests> interrupted(
        std::in_place, [&](const Request& request) { return callers.IsBeingKilled(request.thread()); });
    LayerTree tree(*layers_);
    FuseContext context{tree, *interrupted, RandomGeneration(), InitialReadahead(), [&] { Signal(initialised); }};
    RS_TRY(UniqueFd device, keeper_.Mount());
    auto session = FuseSession::Open(std::move(device), fuse_options_, context);
    if (!session.ok()) (void)keeper_.Unmount();
    RS_TRY(session_, std::move(session));
    // Before this, a signal ends the process, which may be waiting for the network.
    const UniqueFd signals = CatchSignals();
    Watchdog watchdog(session_->device(), signals.get(), [this](const std::string& text) { log_.Write(text); });
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
    layers_->Close();     // sends the replies of parked requests, so it comes before the end of the session
    interrupted.reset();  // its thread may be replying
    // If the connection is gone, so is the mount. A mount at the same place with the same number is another one.
    if (!ConnectionIsGone(session_->device()))
      if (const Status unmounted = keeper_.Unmount(); !unmounted.ok()) log_.Write(unmounted.error().message);
    session_.reset();
    return status;
  }

 private:
  // Called before threads are started and before any byte is read from outside.
  Status GiveUpPrivileges() {
    RS_TRY(const LayersUrl url, ParseLayersUrl(options_.client.url));
    fuse_options_ = FuseOptions(options_, url.ToString());
    RS_TRY(keeper_, MountKeeper::Start(KeeperOf(options_, mountpoint_, fuse_options_)));
    signal(SIGXFSZ, SIG_IGN);  // write(2) then fails at the file size limit
    const Status kept = KeepLeastPrivilege(FilesOfDaemon(options_));
    if (!kept.ok()) log_.Write("it keeps more privileges than it needs: " + kept.error().message);
    return Ok();
  }

  void TellHowItWasOpened(const Client& client) const {
    const std::string image = client.url().ToString();
    if (!client.memory_lost().empty()) log_.Write(image + ": memory of refs: lost: " + client.memory_lost());
    if (client.opened_offline()) log_.Write(image + ": no store answers: opened from the cache");
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

  Status Serve(const UniqueFd& signals, const UniqueFd& initialised, const UniqueFd& ended, const DaemonReady& ready) {
    pollfd fds[] = {{initialised.get(), POLLIN, 0}, {ended.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    std::optional<ContinueTimer> stopped = options_.is_root ? StartContinueTimer() : std::nullopt;
    while (true) {
      if (stopped) stopped->Push();
      if (poll(fds, 3, kLookEvery) < 0 && errno != EINTR) return ErrnoError("cannot wait for", "signals");
      // Checks the connection, too, since a hanging session thread would not report the end.
      if (fds[1].revents != 0 || fds[2].revents != 0 || ConnectionIsGone(session_->device())) return Ok();
      if (fds[0].revents != 0) {
        fds[0].fd = -1;
        fds[0].revents = 0;
        if (const Status began = keeper_.Began(); !began.ok()) log_.Write(began.error().message);
        if (options_.is_root) keeper_.Release();  // nobody unmounts the root while its daemon runs
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
    log_.Write(timer.error().message);
    return std::nullopt;
  }

  void SaveProfile() {
    profile_saved_ = std::chrono::steady_clock::now();
    if (!profile_) return;
    const Status saved = profile_->Save(layers_->base());
    if (!saved.ok() && profile_problem_ != saved.error().message) log_.Write(profile_problem_ = saved.error().message);
  }

  // Answers a command of the control socket.
  std::string Answer(const std::string& request) {
    if (request == "status") return StatusJson(*layers_, served_since_);
    if (request == "end") kill(getpid(), SIGTERM);
    Client& base = layers_->base();  // a profile is of one image
    if (request == "record") base.StartRecording();
    if (request == "record end" && !profile_) base.recorder().Stop();
    if (request == "record so far" || request == "record end") return RecordedProfile(base).Encode();
    return "ok\n";
  }

  void NoteMount() {
    mount_ = FindMount(mountpoint_);
    if (!mount_) return;  // already unmounted
    if (geteuid() == 0) readahead_.emplace(KernelReadahead::OfMount(mount_->device));
    served_since_ = std::chrono::steady_clock::now();
  }

  // Called until it succeeds, since another process may still have the name of the socket.
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
    log_.Write(problem.empty() ? mountpoint_ + ": status answers now" : problem);
    control_problem_ = problem;
  }

  // The lowest layer is by far the largest, so it decides how the kernel reads ahead.
  int InitialReadahead() const {
    const Foreknowledge known = options_.client.record                            ? Foreknowledge::kRecording
                                : layers_->base().ref().manifest.hot.data.empty() ? Foreknowledge::kNone
                                                                                  : Foreknowledge::kHotRange;
    return FirstReadahead(known, layers_->cache().network(), geteuid() == 0 ? Tuning::kAdjustable : Tuning::kFixed);
  }

  void AdjustReadahead() {
    Client& base = layers_->base();
    if (!readahead_ || base.recorder().on()) return;  // the recorder has set it
    const bool is_foreseen = base.foresight().NamesNearlyAll();
    const Warmup::Progress hot = base.warmup().progress();
    // A damaged hot range, or one that is too large for memory, ends incomplete.
    if (!hot_range_came_ && (hot.is_complete() || (hot.ended && !is_foreseen))) {
      hot_range_came_ = true;
      readahead_->HotRangeCame();
    }
    readahead_->Adjust(base.reader().sequential_share(), is_foreseen);
  }

  void TellNetworkState() {
    const bool offline = layers_->cache().network().offline;
    if (offline == was_offline_) return;
    was_offline_ = offline;
    log_.Write(layers_->url().ToString() +
               (offline ? ": no store answers; what is cached is still served" : ": online again"));
  }

  const MountOptions& options_;
  const std::string mountpoint_;
  const DaemonLog log_;
  std::vector<std::string> fuse_options_;
  MountKeeper keeper_;
  std::unique_ptr<Layers> layers_;
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

}  // namespace

Status RunDaemon(const MountOptions& options, const std::string& mountpoint, const DaemonReady& ready) {
  return Daemon(options, mountpoint).Run(ready);
}

}  // namespace rootstream

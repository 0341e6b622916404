#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>

#include "base/file_io.h"
#include "base/plain_text.h"
#include "base/tell.h"
#include "cache/profile_io.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/kernel_readahead.h"
#include "fusefs/mount/mounts.h"

namespace rootstream {
namespace {

constexpr std::chrono::seconds kSaveEvery{10};
constexpr uint64_t kMostSeconds = 1'000'000'000;

// While it lives, the kernel asks for nothing that no program reads. Needs root; without, a recording has up to 16 KiB
// around each page fault. A file that is open already keeps what it had.
class WithoutReadahead {
 public:
  explicit WithoutReadahead(const std::string& device)
      : readahead_(KernelReadahead::OfMount(device)), before_(readahead_.Get()) {
    if (before_ && !readahead_.Set(kNoReadahead)) before_.reset();
  }
  ~WithoutReadahead() {
    if (before_) readahead_.Set(*before_);
  }
  WithoutReadahead(const WithoutReadahead&) = delete;

 private:
  const KernelReadahead readahead_;
  std::optional<int> before_;
};

// What ends a recording from outside; a signal is not read, so it stays.
UniqueFd CatchEndSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return UniqueFd(signalfd(-1, &set, SFD_CLOEXEC));
}

enum class Recording { kGoesOn, kIsToEnd, kMountEnded };

// Waits a second at most.
Recording Await(const UniqueFd& signals, const DaemonCall& end) {
  pollfd fds[] = {{signals.get(), POLLIN, 0}, {end.fd(), POLLIN, 0}};
  if (poll(fds, 2, 1000) <= 0) return Recording::kGoesOn;
  return fds[1].revents != 0 ? Recording::kMountEnded : Recording::kIsToEnd;
}

// A daemon's recording of one mount, saved into a file.
class RecordingFile {
 public:
  RecordingFile(std::string mountpoint, std::string file)
      : mountpoint_(std::move(mountpoint)), file_(std::move(file)) {}

  // Writes nothing if nothing was read from the mount.
  Status Save(const Result<std::string>& text) {
    if (!text.ok()) return Of(mountpoint_, text.error());
    auto profile = Profile::Decode(*text);
    if (!profile.ok()) return Of(mountpoint_, profile.error());
    if (!profile->events.empty()) RS_CHECK(WriteProfile(file_, *profile));
    events_ = profile->events.size();
    return Ok();
  }

  Status Tell() const {
    if (events_ == 0) return Failed(mountpoint_ + ": nothing was read of it; " + file_ + " was not written");
    printf("%s: %zu events\n", Printable(file_).c_str(), events_);
    return Ok();
  }

  size_t events() const { return events_; }

 private:
  const std::string mountpoint_, file_;
  size_t events_ = 0;
};

// Has the daemon of a mount record until ^C, SIGTERM, the end of the mount or of the time given. The kernel does not
// ask for what it has cached: drop its caches first, or mount with record=, to see everything.
Status RecordProfile(const std::string& mountpoint, const std::string& file,
                     std::optional<std::chrono::seconds> seconds) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  RS_CHECK(CheckCanWrite(file));
  const UniqueFd signals = CatchEndSignals();
  if (const auto begun = AskDaemon(mount, "record"); !begun.ok()) return Of(mountpoint, begun.error());
  // Sent now, since there is no daemon to ask after the mount's end.
  auto end = DaemonCall::Send(mount, "record so far" + std::string(kAtEnd));
  if (!end.ok()) return Of(mountpoint, end.error());
  std::optional<WithoutReadahead> readahead(mount.device);
  if (isatty(2) != 0) fprintf(stderr, "recording %s; ^C ends it\n", Printable(mountpoint).c_str());
  RecordingFile recording(mountpoint, file);
  for (std::chrono::seconds passed{1};; ++passed) {
    const Recording state = Await(signals, *end);
    if (state == Recording::kMountEnded) {
      // A killed daemon does not answer; the profile saved last stays.
      const Status saved = recording.Save(end->Reply());
      return saved.ok() || recording.events() > 0 ? recording.Tell() : saved;
    }
    if (state == Recording::kIsToEnd || (seconds && passed >= *seconds)) break;
    if (passed.count() % kSaveEvery.count() == 0) RS_CHECK(recording.Save(AskDaemon(mount, "record so far")));
  }
  readahead.reset();  // before the daemon may set it again
  RS_CHECK(recording.Save(AskDaemon(mount, "record end")));
  return recording.Tell();
}

}  // namespace

void AddProfile(CommandLine& verbs) {
  auto file = std::make_shared<std::string>();
  auto mountpoint = std::make_shared<std::string>();
  auto seconds = std::make_shared<uint64_t>(0);
  Verb group = verbs.AddGroup("profile", "what was read of an image, and when");
  Verb record = verbs.AddTo(group, "record", "record what a mount is asked for, until ^C", [=] {
    std::optional<std::chrono::seconds> limit;
    if (*seconds > 0) limit = std::chrono::seconds(*seconds);
    return Report(RecordProfile(*mountpoint, *file, limit));
  });
  record.Argument("MOUNTPOINT", *mountpoint);
  record.RequiredOption("-o,--output", "FILE", *file, "where the profile goes");
  record.NumberOption("--seconds", "N", *seconds, 0, kMostSeconds, "end by itself after so long");
  group.Footer(
      "  show    print a profile as a table, or draw it as a timeline\n"
      "  merge   make one profile of several");
}

}  // namespace rootstream

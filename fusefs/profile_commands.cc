#include "fusefs/profile_commands.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "cache/profile_io.h"
#include "fusefs/control.h"
#include "fusefs/kernel_readahead.h"
#include "fusefs/mounts.h"

namespace rootstream {
namespace {

constexpr std::chrono::seconds kSaveEvery{10};

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

sigset_t EndSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// True when a signal came within a second.
bool EndWasAsked(const sigset_t& signals) {
  const timespec second = {.tv_sec = 1};
  return sigtimedwait(&signals, nullptr, &second) > 0;
}

}  // namespace

Status RecordProfile(const std::string& mountpoint, const std::string& file,
                     std::optional<std::chrono::seconds> seconds) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  const auto ask = [&](const char* request) -> Result<std::string> {
    auto reply = AskDaemon(mount.device, request);
    if (!reply.ok()) return Of(mountpoint, reply.error());
    return reply;
  };
  const sigset_t signals = EndSignals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  RS_CHECK(ask("record"));
  std::optional<WithoutReadahead> readahead(mount.device);
  if (isatty(2) != 0) fmt::print(stderr, "recording {}; ^C ends it\n", mountpoint);
  Profile profile;
  bool ends = false;
  for (std::chrono::seconds passed{1}; !ends; ++passed) {
    ends = EndWasAsked(signals) || (seconds && passed >= *seconds);
    if (!ends && passed.count() % kSaveEvery.count() != 0 && DaemonIsThere(mount.device)) continue;
    if (ends) readahead.reset();  // before the daemon may set it again
    const auto text = ask(ends ? "record end" : "record so far");
    if (!text.ok()) {
      // The mount went away: what was saved last is all there is.
      if (profile.events.empty()) return text.error();
      break;
    }
    auto decoded = Profile::Decode(*text);
    if (!decoded.ok()) return Of(mountpoint, decoded.error());
    profile = *std::move(decoded);
    RS_CHECK(WriteProfile(file, profile));
  }
  fmt::print("{}: {} events\n", file, profile.events.size());
  return Ok();
}

}  // namespace rootstream

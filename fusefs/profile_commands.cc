#include "fusefs/profile_commands.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "cache/file_io.h"
#include "fusefs/control.h"
#include "fusefs/mounts.h"
#include "fusefs/profile_file.h"
#include "fusefs/status.h"

namespace rootstream {
namespace {

constexpr std::chrono::seconds kSaveEvery{10};

// While it lives, the kernel reads no further around what a program touches than the page. Needs
// root; without, a recording has up to 16 KiB around each page fault.
class LowReadahead {
 public:
  explicit LowReadahead(const std::string& device)
      : path_("/sys/class/bdi/" + device + "/read_ahead_kb") {
    const auto before = ReadWholeFile(path_, 64);
    if (before.ok() && Write("4")) before_ = *before;
  }
  ~LowReadahead() {
    if (!before_.empty()) Write(before_);
  }
  LowReadahead(const LowReadahead&) = delete;

 private:
  bool Write(const std::string& text) const {
    const auto file = OpenFile(path_, O_WRONLY | O_CLOEXEC);
    return file.ok() && write(file->get(), text.data(), text.size()) > 0;
  }
  const std::string path_;
  std::string before_;
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

struct FileLine {
  uint64_t at = 0;
  uint64_t bytes = 0;
  uint64_t reads = 0;
  uint64_t waited = 0;
};

std::string Seconds(uint64_t microseconds) {
  return fmt::format("{:.3f}", static_cast<double>(microseconds) / 1e6);
}

std::string Shown(const std::string& path) {
  std::string out;
  for (const char c : path) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out;
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
  const LowReadahead readahead(mount.device);
  if (isatty(2) != 0) fmt::print(stderr, "recording {}; ^C ends it\n", mountpoint);
  Profile profile;
  bool ends = false;
  for (std::chrono::seconds passed{1}; !ends; ++passed) {
    ends = EndWasAsked(signals) || (seconds && passed >= *seconds);
    if (!ends && passed.count() % kSaveEvery.count() != 0 && DaemonIsThere(mount.device)) continue;
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

Status ShowProfile(const std::string& file) {
  RS_TRY(const Profile profile, ReadProfile(file));
  std::map<std::string, FileLine> files;
  std::map<ProfileKind, uint64_t> counts;
  FileLine total;
  uint64_t shard_bytes = 0;
  for (const ProfileEvent& event : profile.events) {
    ++counts[event.kind];
    if (event.kind == ProfileKind::kShard) shard_bytes += event.length;
    if (event.kind != ProfileKind::kRead) continue;
    const auto [found, is_new] = files.try_emplace(event.path, FileLine{event.at});
    for (FileLine* line : {&found->second, &total}) {
      line->bytes += event.length;
      line->waited += event.waited;
      ++line->reads;
    }
  }
  std::vector<std::pair<std::string, FileLine>> lines(files.begin(), files.end());
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
  fmt::print("image     {}, manifest {}\n", profile.image.ToString(), profile.manifest.Hex());
  fmt::print("files     {} read, {} in {} ranges\n", files.size(), HumanBytes(total.bytes),
             total.reads);
  fmt::print("metadata  {} names looked up, {} directories listed, {} shards ({})\n",
             counts[ProfileKind::kLook], counts[ProfileKind::kList], counts[ProfileKind::kShard],
             HumanBytes(shard_bytes));
  fmt::print("\n{:>9} {:>9} {:>12} {:>7}  {}\n", "at s", "waited s", "bytes", "ranges", "file");
  for (const auto& [path, line] : lines)
    fmt::print("{:>9} {:>9} {:>12} {:>7}  {}\n", Seconds(line.at), Seconds(line.waited), line.bytes,
               line.reads, Shown(path));
  return Ok();
}

Status MergeProfileFiles(const std::vector<std::string>& files, const std::string& out) {
  std::vector<Profile> profiles;
  for (const std::string& file : files) {
    RS_TRY(Profile profile, ReadProfile(file));
    profiles.push_back(std::move(profile));
  }
  RS_TRY(const Profile merged, MergeProfiles(profiles));
  if (!out.empty()) return WriteProfile(out, merged);
  fmt::print("{}", merged.Encode());
  return Ok();
}

}  // namespace rootstream

#include "fusefs/mount/status.h"

#include <unistd.h>

#include "base/interrupt.h"
#include "base/pause.h"
#include "base/tell.h"
#include "fusefs/commands/metrics.h"
#include "fusefs/commands/verbs.h"
#include "fusefs/mount/control.h"
#include "fusefs/mount/mounts.h"

namespace rootstream {
namespace {

constexpr std::chrono::milliseconds kWatchEvery{1000};
constexpr const char* kClear = "\033[H\033[J";  // ECMA-48: to the top, and nothing below

struct StatusFlags {
  std::string mountpoint;
  bool json = false, metrics = false, watch = false;
};

Status ShowStatus(const std::string& mountpoint, bool json, const char* before) {
  RS_TRY(const MountEntry mount, FindRootstreamMount(mountpoint));
  const auto reply = AskDaemon(mount, "status");
  if (!reply.ok()) return Of(mountpoint, reply.error());
  const auto text = json ? StatusForScripts(*reply) : StatusText(*reply);
  if (!text.ok()) return Of(mountpoint, text.error());
  fputs(before, stdout);
  fputs(text->c_str(), stdout);
  fflush(stdout);
  return Ok();
}

// Until the mount ends, or an interrupt.
Status Watch(const StatusFlags& flags) {
  CatchInterrupts();
  const char* const before = isatty(STDOUT_FILENO) != 0 && !flags.json ? kClear : "";
  do {
    RS_CHECK(ShowStatus(flags.mountpoint, flags.json, before));
  } while (SleepUnlessInterrupted(kWatchEvery));
  return Ok();
}

Result<std::vector<MountEntry>> Asked(const std::string& mountpoint) {
  if (mountpoint.empty()) return RootstreamMounts();
  RS_TRY(MountEntry mount, FindRootstreamMount(mountpoint));
  return std::vector<MountEntry>{std::move(mount)};
}

Status ShowMetrics(const std::string& mountpoint) {
  RS_TRY(const std::vector<MountEntry> mounts, Asked(mountpoint));
  std::vector<MountStatus> all;
  for (const MountEntry& mount : mounts) {
    const auto reply = AskDaemon(mount, "status");
    all.push_back({mount.mountpoint, reply.ok() ? StatusForScripts(*reply) : reply});
  }
  fputs(MetricsText(all).c_str(), stdout);
  return Ok();
}

Status Run(const StatusFlags& flags) {
  if (flags.metrics && (flags.json || flags.watch)) throw UsageError{"--metrics stands alone"};
  if (flags.metrics) return ShowMetrics(flags.mountpoint);
  if (flags.mountpoint.empty()) throw UsageError{"MOUNTPOINT is missing; rootstream mounts lists them"};
  return flags.watch ? Watch(flags) : ShowStatus(flags.mountpoint, flags.json, "");
}

}  // namespace

void AddStatus(CommandLine& verbs) {
  auto flags = std::make_shared<StatusFlags>();
  Verb command = verbs.Add("status", "tell what a mount is doing", [=] { return Report(Run(*flags)); });
  command.OptionalArgument("MOUNTPOINT", flags->mountpoint, "with --metrics: all mounts, if it is left out");
  command.Flag("--watch", flags->watch, "every second, until ^C");
  command.Flag("--json", flags->json, "for scripts");
  command.Flag("--metrics", flags->metrics, "for Prometheus, as text");
}

}  // namespace rootstream

#include "fusefs/mount/watchdog.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>

namespace rootstream {
namespace {

// How often the connection is looked at. Not waited for: poll(2) on it would wake this thread at every request.
constexpr int kLookEvery = 1000;  // milliseconds
constexpr unsigned kSecondsForLog = 2;

void Count(const UniqueFd& event) {
  const uint64_t one = 1;
  (void)!write(event.get(), &one, sizeof one);
}

}  // namespace

bool ConnectionIsGone(int device) {
  pollfd fd = {device, 0, 0};
  return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLERR | POLLNVAL)) != 0;
}

Watchdog::Watchdog(int device, int signals, std::function<void(const std::string&)> log,
                   std::chrono::milliseconds grace)
    : log_(std::move(log)),
      grace_(grace),
      due_(eventfd(0, EFD_CLOEXEC)),
      called_off_(eventfd(0, EFD_CLOEXEC)),
      thread_("watchdog", [this, device, signals] { Run(device, signals); }) {}

Watchdog::~Watchdog() {
  Count(called_off_);
  thread_.Join();
}

void Watchdog::EndIsDue() { Count(due_); }

void Watchdog::Run(int device, int signals) {
  while (!ConnectionIsGone(device)) {
    pollfd fds[] = {{called_off_.get(), POLLIN, 0}, {due_.get(), POLLIN, 0}, {signals, POLLIN, 0}};
    if (poll(fds, 3, kLookEvery) <= 0) continue;
    if (fds[0].revents != 0) return;
    break;
  }
  using Clock = std::chrono::steady_clock;
  for (const auto end = Clock::now() + grace_; Clock::now() < end;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    pollfd call = {called_off_.get(), POLLIN, 0};
    if (poll(&call, 1, static_cast<int>(left.count())) > 0) return;
  }
  EndProcess();
}

void Watchdog::EndProcess() {
  alarm(kSecondsForLog);  // the log may hang as well
  log_("ends by force: a thread hangs that should have ended with the mount");
  _exit(1);
}

}  // namespace rootstream

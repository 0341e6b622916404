// ContinueTimer: makes a process that was stopped by SIGSTOP continue a moment later. While the process runs, one
// thread postpones the timer with Push(). When the process is stopped, nobody does, and the kernel sends SIGCONT. If
// the process is stopped again before that thread runs, it continues after another such moment, up to kTimes times. Not
// thread-safe.
//
// A process cannot refuse SIGSTOP, and an init that shuts down stops all processes while it looks for those to kill
// (killall.c of systemd, killall5(8)). If it stopped the daemon of its own root, it would wait for ever for its next
// file. timer_create(2); signal(7) says that SIGCONT works even if it is blocked or ignored.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rootstream {

class ContinueTimer {
 public:
  static constexpr std::chrono::milliseconds kAfter{1000};  // since the last Push(), and after each time
  static constexpr size_t kTimes = 8;

  static Result<ContinueTimer> Start();
  ContinueTimer(ContinueTimer&& other) noexcept : timers_(std::exchange(other.timers_, {})) {}
  ContinueTimer& operator=(ContinueTimer&&) = delete;
  ~ContinueTimer();

  void Push();

 private:
  ContinueTimer() = default;

  std::vector<timer_t>
      timers_;  // each goes off once: one that runs on is forgotten when a stop clears its pending signal
};

}  // namespace rootstream

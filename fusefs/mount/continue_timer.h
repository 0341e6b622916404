// ContinueTimer: who has been stopped (SIGSTOP) goes on by itself a moment later. One thread pushes the timer on, for
// as long as the process runs; once it is stopped nobody does, and the kernel sends it SIGCONT. Who is stopped again
// before that thread has had its turn goes on after another such moment, up to kTimes times. Not thread-safe.
//
// No process can refuse SIGSTOP, and an init that goes down stops all others while it looks for those that it ends
// (killall.c of systemd, killall5(8)). Were the daemon of its own root among them, whatever init then asks of that root
// would wait for ever. timer_create(2); that SIGCONT continues even where it is blocked or ignored: signal(7).
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

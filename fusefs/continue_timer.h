// ContinueTimer: who has been stopped (SIGSTOP) goes on by itself a moment later. One thread pushes the timer on, for as
// long as the process runs; once it is stopped nobody does, and the kernel sends it SIGCONT. Not thread-safe.
//
// No process can refuse SIGSTOP, and an init that goes down stops all others while it looks for those that it ends
// (killall.c of systemd, killall5(8)). Were the daemon of its own root among them, whatever init then asks of that root
// would wait for ever. timer_create(2); that SIGCONT continues even where it is blocked or ignored: signal(7).
#pragma once

#include <sys/types.h>

#include <chrono>

#include "format/result.h"

namespace rootstream {

class ContinueTimer {
 public:
  static constexpr std::chrono::milliseconds kAfter{1000};  // since the last Push()

  static Result<ContinueTimer> Start();
  ContinueTimer(ContinueTimer&& other) noexcept : timer_(other.timer_), is_made_(other.is_made_) { other.is_made_ = false; }
  ContinueTimer& operator=(ContinueTimer&&) = delete;
  ~ContinueTimer();

  void Push();

 private:
  explicit ContinueTimer(timer_t timer) : timer_(timer) {}

  timer_t timer_;
  bool is_made_ = true;
};

}  // namespace rootstream

#include "fusefs/mount/continue_timer.h"

#include <signal.h>
#include <time.h>

#include "base/file_io.h"

namespace rootstream {

Result<ContinueTimer> ContinueTimer::Start() {
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGCONT;
  ContinueTimer made;
  while (made.timers_.size() < kTimes) {
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return ErrnoError("cannot make", "a timer");
    made.timers_.push_back(timer);
  }
  made.Push();
  return made;
}

ContinueTimer::~ContinueTimer() {
  for (timer_t timer : timers_) timer_delete(timer);
}

void ContinueTimer::Push() {
  std::chrono::milliseconds after{0};
  for (timer_t timer : timers_) {
    after += kAfter;
    itimerspec when = {};
    when.it_value.tv_sec = after.count() / 1000;
    when.it_value.tv_nsec = after.count() % 1000 * 1'000'000;
    timer_settime(timer, 0, &when, nullptr);
  }
}

}  // namespace rootstream

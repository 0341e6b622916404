#include "fusefs/continue_timer.h"

#include <signal.h>
#include <time.h>

#include "cache/file_io.h"

namespace rootstream {

Result<ContinueTimer> ContinueTimer::Start() {
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGCONT;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return ErrnoError("cannot make", "a timer");
  ContinueTimer made(timer);
  made.Push();
  return made;
}

ContinueTimer::~ContinueTimer() {
  if (is_made_) timer_delete(timer_);
}

void ContinueTimer::Push() {
  itimerspec when = {};  // once: a timer that runs on is forgotten when a stop clears its pending signal
  when.it_value.tv_sec = kAfter.count() / 1000;
  when.it_value.tv_nsec = kAfter.count() % 1000 * 1'000'000;
  timer_settime(timer_, 0, &when, nullptr);
}

}  // namespace rootstream

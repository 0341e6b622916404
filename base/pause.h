// Pauses between attempts. Any thread may call the functions; a GrowingPause is one thread's.
#pragma once

#include <algorithm>
#include <chrono>

namespace rootstream {

// `pause`, of which half is left to chance, so that many who wait do not come back at once.
std::chrono::milliseconds Jittered(std::chrono::milliseconds pause);

// Sleeps; returns false as soon as the process was interrupted (interrupt.h).
bool SleepUnlessInterrupted(std::chrono::milliseconds pause);

// A pause that doubles, from one attempt to the next, up to `longest`.
class GrowingPause {
 public:
  GrowingPause(std::chrono::milliseconds first, std::chrono::milliseconds longest) : next_(first), longest_(longest) {}

  std::chrono::milliseconds next() const { return next_; }
  // False: interrupted.
  bool Sleep() {
    const auto pause = next_;
    next_ = std::min(next_ * 2, longest_);
    return SleepUnlessInterrupted(Jittered(pause));
  }

 private:
  std::chrono::milliseconds next_;
  const std::chrono::milliseconds longest_;
};

}  // namespace rootstream

// RecentShare: the share of recent events for which something was true, from 0 to 1. It is an exponential moving
// average: the newest event weighs 1/window, earlier ones less and less. Thread-safe.
#pragma once

#include <atomic>

namespace rootstream {

// Thread-safe; of two notes at the same time one may be lost, which does a share no harm.
class RecentShare {
 public:
  RecentShare(int window, double at_first) : step_(1.0 / window), share_(at_first) {}

  void Note(bool so) {
    const double share = share_.load(std::memory_order_relaxed);
    share_.store(share + step_ * ((so ? 1.0 : 0.0) - share), std::memory_order_relaxed);
  }
  operator double() const { return share_.load(std::memory_order_relaxed); }

 private:
  const double step_;
  std::atomic<double> share_;
};

}  // namespace rootstream

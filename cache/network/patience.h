// Patience: decides how long an operation continues with servers that fail, and when it tries again. Opening an image,
// mirror, verify and kboot's fetches use it. Reads and prefetch use only its intervals; TransferTable decides when they
// fail. Not thread-safe.
//
// An operation fails when it made no progress for its time limit. Progress is a complete file, or kLeastProgress bytes:
// a server that sends a few bytes now and then makes none. The delay between two tries doubles, with jitter, or is the
// Retry-After of the server. A delay is at most a part of the limit, so that a server which recovers is asked before
// the operation fails.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

#include "cache/network/network_estimate.h"

namespace rootstream {

class Patience {
 public:
  static constexpr uint64_t kLeastProgress = 64 << 10;  // bytes

  static constexpr std::chrono::milliseconds kMoment{500};

  // `limit`: nullopt: never fails.
  Patience(std::optional<std::chrono::milliseconds> limit, SteadyTime now) : limit_(limit), last_progress_(now) {}

  void NoteProgress(SteadyTime now);  // call it, too, when an operation continues after a pause
  void NoteBytes(SteadyTime now, uint64_t bytes);
  // One try failed, or several that ran together. `retry_after`: see Origin.
  void NoteFailure(SteadyTime now, std::chrono::seconds retry_after);

  int failures() const { return failures_; }  // since the last progress
  SteadyTime next_try() const { return next_try_; }
  SteadyTime last_progress() const { return last_progress_; }
  // True when the operation has to fail. With a limit of 0: at the first failure, or after kMoment without progress.
  bool IsOver(SteadyTime now) const {
    if (!limit_) return false;
    if (limit_->count() == 0 && failures_ > 0) return true;
    return now - last_progress_ >= std::max(*limit_, kMoment);
  }
  // Time until IsOver(); nullopt: never.
  std::optional<std::chrono::milliseconds> Left(SteadyTime now) const;

 private:
  std::optional<std::chrono::milliseconds> limit_;
  SteadyTime last_progress_;
  SteadyTime next_try_{};
  uint64_t bytes_ = 0;  // since the last progress
  int failures_ = 0;
  std::minstd_rand jitter_{std::random_device{}()};
};

}  // namespace rootstream

// Patience: how long an operation goes on with servers that fail, and when it asks them again. The one rule of
// opening, reads, prefetch, mirror, verify and kboot's fetches. Not thread-safe.
//
// An operation fails when nothing has come for its limit. What a server drips is nothing: a file that ended or
// kLeastProgress bytes are something. Between two tries lies a delay that doubles, with jitter, or the one that
// the server asked for (Retry-After). No delay is longer than a part of the limit: a server that is well again has to
// be asked before the operation fails.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

#include "cache/network/line.h"

namespace rootstream {

class Patience {
 public:
  static constexpr uint64_t kLeastProgress = 64 << 10;  // bytes

  static constexpr std::chrono::milliseconds kMoment{500};

  // `limit`: nullopt is for ever.
  Patience(std::optional<std::chrono::milliseconds> limit, SteadyTime now) : limit_(limit), last_progress_(now) {}

  void NoteProgress(SteadyTime now);  // also of an operation that goes on after a rest
  void NoteBytes(SteadyTime now, uint64_t bytes);
  // Of one try, or of several together. `retry_after`: what the server asked for.
  void NoteFailure(SteadyTime now, std::chrono::seconds retry_after);

  int failures() const { return failures_; }  // since the last progress
  SteadyTime next_try() const { return next_try_; }
  SteadyTime last_progress() const { return last_progress_; }
  // With a limit of 0 at the first failure, or after a moment of silence.
  bool IsOver(SteadyTime now) const {
    if (!limit_) return false;
    if (limit_->count() == 0 && failures_ > 0) return true;
    return now - last_progress_ >= std::max(*limit_, kMoment);
  }
  // Until it is over; nullopt: it never is.
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

#include "cache/network/patience.h"

#include <algorithm>

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstDelay{250};
constexpr milliseconds kLongestDelay{5000};
constexpr milliseconds kLongestRetryAfter{30'000};
constexpr milliseconds kShortestDelay{20};  // whatever the limit
constexpr int kTriesInLimit = 4;            // at least so many tries fit into the limit
constexpr int kMostDoublings = 8;

}  // namespace

void Patience::NoteProgress(SteadyTime now) {
  last_progress_ = now;
  failures_ = 0;
  bytes_ = 0;
}

void Patience::NoteBytes(SteadyTime now, uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ >= kLeastProgress) NoteProgress(now);
}

void Patience::NoteFailure(SteadyTime now, seconds retry_after) {
  const milliseconds full = std::min(kFirstDelay * (1 << std::min(failures_, kMostDoublings)), kLongestDelay);
  ++failures_;
  std::uniform_int_distribution<int64_t> part(full.count() / 2, full.count());
  milliseconds delay{part(jitter_)};
  // Compared in seconds, since the server's number may overflow milliseconds.
  if (retry_after > delay)
    delay = milliseconds(std::min<seconds>(retry_after, seconds(kLongestRetryAfter.count() / 1000)));
  if (limit_) delay = std::min(delay, std::max(kShortestDelay, *limit_ / kTriesInLimit));
  next_try_ = now + delay;
}

std::optional<milliseconds> Patience::Left(SteadyTime now) const {
  if (!limit_) return std::nullopt;
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(last_progress_ + *limit_ - now));
}

}  // namespace rootstream

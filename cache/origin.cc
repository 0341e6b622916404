#include "cache/origin.h"

#include <algorithm>

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstDelay{250};
constexpr milliseconds kLongestDelay{5000};
constexpr seconds kLongestRetryAfter{120};
constexpr seconds kProbeInterval{20};  // longer than a probe that gets no answer takes

}  // namespace

void Origin::NoteAsked(SteadyTime now) {
  if (!is_down()) return;
  probing_ = true;
  next_try_ = now + kProbeInterval;
}

void Origin::NoteAnswer() {
  failures_ = 0;
  probing_ = false;
}

void Origin::NoteFailure(SteadyTime now, SteadyTime since, seconds retry_after) {
  if (is_down() && !probing_) return;  // of several requests that failed together, one counts
  probing_ = false;
  if (failures_ == 0) down_since_ = since;
  failures_ = std::min(failures_ + 1, 16);
  const milliseconds full = std::min(kFirstDelay * (1 << std::min(failures_ - 1, 8)), kLongestDelay);
  std::uniform_int_distribution<int64_t> part(full.count() / 2, full.count());
  const milliseconds delay{part(jitter_)};
  next_try_ = now + std::max(delay, milliseconds(std::min(retry_after, kLongestRetryAfter)));
}

}  // namespace rootstream

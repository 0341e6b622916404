#include "cache/origin.h"

#include <algorithm>

namespace rootstream {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstDelay{250};
constexpr milliseconds kLongestDelay{5000};
constexpr seconds kLongestRetryAfter{120};
constexpr double kRemembered = 1.0;      // seconds of bodies that a score is made of
constexpr double kLeastMeasured = 0.01;  // seconds
constexpr seconds kStale{30};            // then it is tried again, in case it has become better
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

void Origin::NoteFirstByte(SteadyTime now, microseconds waited) {
  delivered_ = now;
  first_byte_ = first_byte_.count() == 0 ? waited : (3 * first_byte_ + waited) / 4;
}

void Origin::NoteBody(SteadyTime now, uint64_t bytes, microseconds elapsed) {
  delivered_ = now;
  body_bytes_ += static_cast<double>(bytes);
  body_seconds_ += static_cast<double>(elapsed.count()) / 1e6;
  if (body_seconds_ < kRemembered) return;
  body_bytes_ /= 2;
  body_seconds_ /= 2;
}

std::optional<microseconds> Origin::TimeFor(uint64_t bytes, SteadyTime now) const {
  if (first_byte_.count() == 0 || now - delivered_ > kStale) return std::nullopt;
  if (body_seconds_ < kLeastMeasured) return first_byte_;
  const double body = static_cast<double>(bytes) * body_seconds_ / std::max(body_bytes_, 1.0);
  return first_byte_ + microseconds(static_cast<int64_t>(body * 1e6));
}

}  // namespace rootstream

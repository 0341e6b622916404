#include "cache/network/origin.h"

#include <algorithm>

namespace rootstream {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr double kRemembered = 1.0;      // seconds of transfer that the score covers
constexpr double kLeastMeasured = 0.01;  // seconds
constexpr seconds kStale{30};            // then a slow server is tried again, since it may be faster now
constexpr seconds kProbeInterval{20};    // longer than a probe without an answer

}  // namespace

void Origin::NoteAsked(SteadyTime now) {
  if (!is_down()) return;
  probing_ = true;
  next_try_ = now + kProbeInterval;
}

void Origin::NoteAnswer(SteadyTime now) {
  patience_.NoteProgress(now);
  is_silent = false;
  probing_ = false;
}

void Origin::NoteFailure(SteadyTime now, SteadyTime since, seconds retry_after) {
  if (is_down() && !probing_) return;  // several requests that fail together count once
  if (!is_down()) down_since_ = since;
  probing_ = false;
  next_try_ = {};
  patience_.NoteFailure(now, retry_after);
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

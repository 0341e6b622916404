#include "cache/network/line.h"

#include <algorithm>

namespace rootstream {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// The least of the last round trips: others waited behind bytes. The most of the last bandwidths: others
// were slowed down by whoever takes the bytes, or by a stall.
constexpr size_t kRoundTrips = 32;
constexpr size_t kBandwidths = 16;
constexpr milliseconds kSpan{100};            // of busy time, measured at once,
constexpr uint64_t kSpanBytes = 2 << 20;      // or as long as so many bytes take
constexpr uint64_t kUnknownWindow = 1 << 20;  // bytes
constexpr uint64_t kLeastWindow = 64 << 10;
constexpr uint64_t kMostWindow = 16 << 20;
constexpr uint64_t kUnknownGap = 32 << 10;
constexpr uint64_t kLeastGap = 8 << 10;
constexpr uint64_t kMostGap = 256 << 10;
constexpr milliseconds kSlack{20};  // by which a next request may be late

template <typename T>
void Keep(std::deque<T>& last, T value, size_t most) {
  last.push_back(value);
  if (last.size() > most) last.pop_front();
}

}  // namespace

void Line::NoteFirstByte(microseconds waited) { Keep(round_trips_, waited, kRoundTrips); }

void Line::BeginBody(SteadyTime now) {
  if (bodies_++ > 0) return;
  last_ = now;
  some_came_ = false;
}

void Line::NoteBytes(SteadyTime now, uint64_t bytes) {
  // How long the first bytes were on their way is not known.
  if (some_came_) {
    busy_ += duration_cast<microseconds>(now - last_);
    busy_bytes_ += bytes;
  }
  some_came_ = true;
  last_ = now;
  if (busy_ < kSpan && (busy_bytes_ < kSpanBytes || busy_.count() == 0)) return;
  Keep(bandwidths_, static_cast<double>(busy_bytes_) * 1e6 / static_cast<double>(busy_.count()), kBandwidths);
  busy_ = microseconds(0);
  busy_bytes_ = 0;
}

void Line::EndBody(SteadyTime now) {
  --bodies_;
  last_ = now;
}

microseconds Line::round_trip() const {
  if (round_trips_.empty()) return microseconds(0);
  return *std::min_element(round_trips_.begin(), round_trips_.end());
}

double Line::bandwidth() const {
  if (bandwidths_.empty()) return 0;
  return *std::max_element(bandwidths_.begin(), bandwidths_.end());
}

uint64_t Line::bytes_in_flight() const {
  return static_cast<uint64_t>(bandwidth() * static_cast<double>(round_trip().count()) / 1e6);
}

uint64_t Line::Window() const {
  if (bandwidth() == 0) return kUnknownWindow;
  const double seconds = static_cast<double>((2 * round_trip() + kSlack).count()) / 1e6;
  return std::clamp(static_cast<uint64_t>(bandwidth() * seconds), kLeastWindow, kMostWindow);
}

uint64_t Line::CheapGap() const {
  if (bandwidth() == 0) return kUnknownGap;
  return std::clamp(bytes_in_flight() / 4, kLeastGap, kMostGap);
}

microseconds Line::TimeFor(uint64_t bytes, int others) const {
  if (bandwidth() == 0) return microseconds(0);
  const double seconds = static_cast<double>(bytes) * (1 + others) / bandwidth();
  return microseconds(static_cast<int64_t>(seconds * 1e6));
}

}  // namespace rootstream

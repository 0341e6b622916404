#include "cache/network/network_estimate.h"

#include <algorithm>

namespace rootstream {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// The smallest recent round trip counts, since the others waited in queues. The largest recent bandwidth counts, since
// the others were limited by the receiver or by a stall.
constexpr size_t kRoundTrips = 32;
constexpr size_t kBandwidths = 16;
constexpr milliseconds kSpan{100};            // of busy time that make one measurement,
constexpr uint64_t kSpanBytes = 2 << 20;      // or the time for so many bytes, if longer
constexpr uint64_t kUnknownWindow = 1 << 20;  // bytes
constexpr uint64_t kLeastWindow = 64 << 10;
constexpr uint64_t kMostWindow = 16 << 20;
constexpr uint64_t kUnknownGap = 32 << 10;
constexpr uint64_t kLeastGap = 8 << 10;
constexpr uint64_t kMostGap = 256 << 10;
constexpr milliseconds kSlack{20};  // by which the next request may be late

template <typename T>
void Keep(std::deque<T>& last, T value, size_t most) {
  last.push_back(value);
  if (last.size() > most) last.pop_front();
}

}  // namespace

void NetworkEstimate::NoteFirstByte(microseconds waited) { Keep(round_trips_, waited, kRoundTrips); }

void NetworkEstimate::BeginBody(SteadyTime now) {
  if (bodies_++ > 0) return;
  last_ = now;
  some_came_ = false;
}

void NetworkEstimate::NoteBytes(SteadyTime now, uint64_t bytes) {
  // The travel time of the first bytes is unknown.
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

void NetworkEstimate::EndBody(SteadyTime now) {
  --bodies_;
  last_ = now;
}

microseconds NetworkEstimate::round_trip() const {
  if (round_trips_.empty()) return microseconds(0);
  return *std::min_element(round_trips_.begin(), round_trips_.end());
}

double NetworkEstimate::bandwidth() const {
  if (bandwidths_.empty()) return 0;
  return *std::max_element(bandwidths_.begin(), bandwidths_.end());
}

uint64_t NetworkEstimate::bytes_in_flight() const {
  return static_cast<uint64_t>(bandwidth() * static_cast<double>(round_trip().count()) / 1e6);
}

uint64_t NetworkEstimate::Window() const {
  if (bandwidth() == 0) return kUnknownWindow;
  const double seconds = static_cast<double>((2 * round_trip() + kSlack).count()) / 1e6;
  return std::clamp(static_cast<uint64_t>(bandwidth() * seconds), kLeastWindow, kMostWindow);
}

uint64_t NetworkEstimate::CheapGap() const {
  if (bandwidth() == 0) return kUnknownGap;
  return std::clamp(bytes_in_flight() / 4, kLeastGap, kMostGap);
}

microseconds NetworkEstimate::TimeFor(uint64_t bytes, int others) const {
  if (bandwidth() == 0) return microseconds(0);
  const double seconds = static_cast<double>(bytes) * (1 + others) / bandwidth();
  return microseconds(static_cast<int64_t>(seconds * 1e6));
}

}  // namespace rootstream

// NetworkEstimate: measures the network connection to the servers from its transfers: round trip time, bandwidth, and
// the number of bytes that must be in flight to use all of it. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace rootstream {

using SteadyTime = std::chrono::steady_clock::time_point;

class NetworkEstimate {
 public:
  // `waited`: time from sending a request to the first byte of the answer, without connecting.
  void NoteFirstByte(std::chrono::microseconds waited);
  // Call these at the beginning of a body, as its bytes come, and at its end. Several bodies may come at the same time.
  void BeginBody(SteadyTime now);
  void NoteBytes(SteadyTime now, uint64_t bytes);
  void EndBody(SteadyTime now);

  std::chrono::microseconds round_trip() const;  // 0: unknown
  double bandwidth() const;                      // bytes a second of all transfers together; 0: unknown
  int bodies() const { return bodies_; }

  uint64_t bytes_in_flight() const;  // bandwidth times round trip; 0: unknown
  // Bytes to request ahead so that the connection is never idle.
  uint64_t Window() const;
  // The longest gap between two objects, in bytes, for which one request is cheaper than two.
  uint64_t CheapGap() const;
  // Time to receive `bytes` while `others` more bodies share the bandwidth.
  std::chrono::microseconds TimeFor(uint64_t bytes, int others) const;

 private:
  std::deque<std::chrono::microseconds> round_trips_;  // recent ones
  std::deque<double> bandwidths_;                      // of recent intervals
  int bodies_ = 0;
  SteadyTime last_{};                  // last bytes
  bool some_came_ = false;             // in the current busy interval
  std::chrono::microseconds busy_{0};  // length of the interval that is being measured
  uint64_t busy_bytes_ = 0;
};

}  // namespace rootstream

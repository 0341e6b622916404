// Line: what transfers tell of the line between here and the servers: its round trip, its bandwidth, and so
// how much must be under way to fill it. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

namespace rootstream {

using SteadyTime = std::chrono::steady_clock::time_point;

class Line {
 public:
  // `waited`: from a request to the first byte of its answer, without connecting.
  void NoteFirstByte(std::chrono::microseconds waited);
  // A body is being received from Begin to End; several may be at the same time.
  void BeginBody(SteadyTime now);
  void NoteBytes(SteadyTime now, uint64_t bytes);
  void EndBody(SteadyTime now);

  std::chrono::microseconds round_trip() const;  // 0: not known yet
  double bandwidth() const;                      // bytes a second, of all transfers together; 0: not known yet
  int bodies() const { return bodies_; }

  uint64_t bytes_in_flight() const;  // what passes in a round trip; 0: not known yet
  // Bytes that must be asked for ahead of time so that the line never idles.
  uint64_t Window() const;
  // Bytes to skip rather than to ask twice: what passes in a part of the round trip.
  uint64_t CheapGap() const;
  // How long `bytes` take while `others` more bodies share the line.
  std::chrono::microseconds TimeFor(uint64_t bytes, int others) const;

 private:
  std::deque<std::chrono::microseconds> round_trips_;  // the last ones
  std::deque<double> bandwidths_;                      // of the last spans of time
  int bodies_ = 0;
  SteadyTime last_{};                  // when bytes last came
  bool some_came_ = false;             // since the line began to be busy
  std::chrono::microseconds busy_{0};  // of the span that is being measured
  uint64_t busy_bytes_ = 0;
};

}  // namespace rootstream

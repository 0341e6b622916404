// Delivers a body as a line of a known rate would.
#pragma once

#include "cache/network/network_estimate.h"

namespace rootstream {

// Receives `bytes` at `rate` bytes a second, in pieces of 10 ms, and advances `now` by the time that this takes.
inline void ReceiveBody(NetworkEstimate& estimate, SteadyTime& now, uint64_t bytes, uint64_t rate) {
  estimate.BeginBody(now);
  const uint64_t piece = rate / 100;
  for (uint64_t done = 0; done < bytes; done += piece) {
    now += std::chrono::milliseconds(10);
    estimate.NoteBytes(now, piece);
  }
  estimate.EndBody(now);
}

}  // namespace rootstream

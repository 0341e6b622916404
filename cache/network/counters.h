// Counters of the client since it started, for status. Each is thread-safe by itself.
#pragma once

#include <atomic>
#include <cstdint>

namespace rootstream {

struct Counters {
  std::atomic<uint64_t> wire_bytes{0};  // received bodies, without headers
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> retries{0};
  std::atomic<uint64_t> errors{0};  // corrupt objects, and waits that ended in an error
  std::atomic<uint64_t> memory_hits{0};
  std::atomic<uint64_t> disk_hits{0};
  std::atomic<uint64_t> misses{0};
};

}  // namespace rootstream

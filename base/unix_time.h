// Seconds since 1970, by the machine's clock and as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rootstream {

// As a time point; of a time that it cannot hold (its nanoseconds end in 2262), the nearest.
std::chrono::system_clock::time_point TimePointOf(int64_t seconds);

int64_t UnixTime();                     // now
std::string TimeText(int64_t seconds);  // as "2026-11-26 12:00:00", UTC

}  // namespace rootstream

// Seconds since 1970, by the machine's clock and as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace rootstream {

int64_t UnixTime();                     // now
std::string TimeText(int64_t seconds);  // as "2026-11-26 12:00:00", UTC

}  // namespace rootstream

// Times as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace rootstream {

std::string TimeText(int64_t seconds);  // since 1970, as "2026-11-26 12:00:00" UTC

}  // namespace rootstream

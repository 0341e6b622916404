// Output of verbs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

Status Print(std::string_view text);    // writes all of it to standard output, or fails
std::string TimeText(int64_t seconds);  // since 1970, as "2026-11-26 12:00:00" UTC

}  // namespace rootstream

// Compares version numbers as dpkg and rpm do.
#pragma once

#include <string_view>

namespace rootstream {

// Below 0: `a` is older; 0: neither; above 0: newer. Runs of digits compare as numbers (6.1.0-9 is
// older than 6.1.0-47), letters come before other characters, and '~' before the end (6.9~rc1
// before 6.9).
int CompareVersions(std::string_view a, std::string_view b);

}  // namespace rootstream

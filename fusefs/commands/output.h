// Output of verbs.
#pragma once

#include <string_view>

#include "base/result.h"

namespace rootstream {

Status Print(std::string_view text);  // writes all of it to standard output, or fails

}  // namespace rootstream

// Images whose refs have not been renewed for so long that clients will soon refuse them, or do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.h"

namespace rootstream {

// One line for each image that has less than a third of its lifetime left at `now`, seconds since 1970: by then, a
// publish was missed by who publishes three times in this time, as docs/operations.md advises. Refs that cannot be read
// are left to `verify`.
std::vector<std::string> ExpiryWarnings(const Store& store, int64_t now);

}  // namespace rootstream

// The command that records a mount which is there; server-tools/ has those that look at profiles.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"

namespace rootstream {

// Has the daemon of a mount record until ^C, SIGTERM, the end of the mount or of the time given,
// and writes the profile to `file`. The kernel does not ask for what it has cached: drop its caches
// first, or mount with record=, to see everything.
Status RecordProfile(const std::string& mountpoint, const std::string& file,
                     std::optional<std::chrono::seconds> seconds);

}  // namespace rootstream

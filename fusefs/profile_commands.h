// The commands that make profiles; server-tools/ has the one that looks at them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "format/result.h"

namespace rootstream {

// Has the daemon of a mount record until ^C, SIGTERM, the end of the mount or of the time given,
// and writes the profile to `file`. The kernel does not ask for what it has cached: drop its caches
// first, or mount with record=, to see everything.
Status RecordProfile(const std::string& mountpoint, const std::string& file,
                     std::optional<std::chrono::seconds> seconds);

// Makes one profile of several and writes it to `file`; to standard output when that is empty.
Status MergeProfileFiles(const std::vector<std::string>& files, const std::string& file);

}  // namespace rootstream

// The daemon of one mount, which runs in a process of its own from the fork to the end of the mount.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "fusefs/mount/mount_options.h"

namespace rootstream {

// Called when the mount exists and requests are served. `warning`: a problem that the person should know of, or "".
using DaemonReady = std::function<void(const std::string& warning)>;

// Returns when the mount has ended, or could not be made.
Status RunDaemon(const MountOptions& options, const std::string& mountpoint, const DaemonReady& ready);

}  // namespace rootstream

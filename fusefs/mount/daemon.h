// The daemon of one mount: from the fork to the end of the mount, in a process of its own.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "fusefs/mount/mount_options.h"

namespace rootstream {

// Called once the kernel has taken the mount and requests are served; with what is not as it should be, or "".
using DaemonReady = std::function<void(const std::string& warning)>;

// Returns when the mount has ended, or cannot be made.
Status RunDaemon(const MountOptions& options, const std::string& mountpoint, const DaemonReady& ready);

}  // namespace rootstream

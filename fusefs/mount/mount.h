// The mount command: check, fork, open the image, mount, serve until unmounted.
#pragma once

#include "fusefs/mount/mount_options.h"

namespace rootstream {

// Returns when the mount is there and its root was verified (the daemon goes on in the background), or,
// in the foreground, when it was unmounted; or when what is mounted there has been given other flags.
Status MountImage(const MountOptions& options);

// Takes a mount away. kFailed: busy. `lazy`: detaches a busy one and ends its daemon.
enum class UnmountMode { kWhenIdle, kLazy };
Status UnmountImage(const std::string& mountpoint, UnmountMode mode);

}  // namespace rootstream

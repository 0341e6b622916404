// Mounts and unmounts images.
#pragma once

#include "fusefs/mount/mount_options.h"

namespace rootstream {

// In the background: returns when the mount exists and its root is verified; the daemon continues. In the foreground:
// returns after unmount. For a remount: returns when the flags are changed.
Status MountImage(const MountOptions& options);

// Unmounts. kFailed: busy. Lazy: detaches a busy mount and ends its daemon.
enum class UnmountMode { kWhenIdle, kLazy };
Status UnmountImage(const std::string& mountpoint, UnmountMode mode);

}  // namespace rootstream

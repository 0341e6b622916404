// What is done to the kernel's table of mounts: an image's mount is made there, its flags are changed, it is taken
// away.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "fusefs/mount/mount_keeper.h"
#include "fusefs/mount/mount_options.h"
#include "fusefs/mount/mounts.h"

namespace rootstream {

// The mountpoint without symlinks. kInvalid: busy, not there, or not empty.
Result<std::string> CheckMountpoint(const MountOptions& options);
// The image is mounted there, and is served.
bool IsMountedAlready(const MountOptions& options);
// Changes flags of the mount itself and not of its filesystem, which is the same always: no daemon is asked, so nothing
// can hang.
Status SetMountFlags(const std::string& mountpoint, const std::vector<std::string>& changes);
// Options of the kernel's FUSE for a mount that is shown as `source`.
std::vector<std::string> FuseOptions(const MountOptions& options, const std::string& source);
// `flags`: of umount2(2). As an ordinary user, through fusermount3(1).
Status UnmountNow(const MountEntry& mount, int flags);
// What the process beside the daemon does for it. It remembers which mount is its own.
MountKeeper::Actions KeeperOf(const MountOptions& asked, const std::string& mountpoint,
                              const std::vector<std::string>& options);

}  // namespace rootstream

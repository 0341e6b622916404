// Operations on the kernel's mount table: mount an image, change the flags of a mount, unmount.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "fusefs/mount/mount_keeper.h"
#include "fusefs/mount/mount_options.h"
#include "fusefs/mount/mounts.h"

namespace rootstream {

// Checks the mountpoint and returns its path without symlinks. kInvalid: busy, missing or not empty.
Result<std::string> CheckMountpoint(const MountOptions& options);
// True if the image is mounted at the mountpoint and its daemon answers.
bool IsMountedAlready(const MountOptions& options);
// Changes the flags of a mount. The filesystem is not involved, so this cannot hang.
Status SetMountFlags(const std::string& mountpoint, const std::vector<std::string>& changes);
// The options for FUSE. `source`: the name of the filesystem in mount tables.
std::vector<std::string> FuseOptions(const MountOptions& options, const std::string& source);
// Unmounts with umount2(2) and its `flags`; as an ordinary user, with fusermount3(1).
Status UnmountNow(const MountEntry& mount, int flags);
// The actions of the MountKeeper of a daemon. They remember which mount is their own.
MountKeeper::Actions KeeperOf(const MountOptions& asked, const std::string& mountpoint,
                              const std::vector<std::string>& options);

}  // namespace rootstream

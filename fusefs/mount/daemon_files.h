// Which files a mount's daemon needs, by what it was asked to do.
#pragma once

#include "fusefs/mount/least_privilege.h"
#include "fusefs/mount/mount_options.h"

namespace rootstream {

// Makes the cache folder, as far as it can: leave is given for what is there.
FileNeeds FilesOfDaemon(const MountOptions& options);

}  // namespace rootstream

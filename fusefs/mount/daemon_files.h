// The files that the daemon of a mount needs, for its Landlock rules.
#pragma once

#include "fusefs/mount/least_privilege.h"
#include "fusefs/mount/mount_options.h"

namespace rootstream {

// Creates the cache folder if it can, since rules can only be made for files that exist.
FileNeeds FilesOfDaemon(const MountOptions& options);

}  // namespace rootstream

// Finds mounts in /proc/self/mountinfo (proc(5)). No mount is accessed, so one that hangs does no harm.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct MountEntry {
  std::string device;  // "MAJOR:MINOR"
  std::string mountpoint;
  std::string type;  // "fuse.rootstream"
  std::string source;
  std::string flags;           // "ro,nosuid,nodev,relatime"
  std::optional<uid_t> owner;  // of a FUSE mount: the user of its daemon, from the kernel
};

std::vector<MountEntry> ParseMountInfo(std::string_view text);

// The topmost mount at `path`, which may be relative; nullopt: none.
std::optional<MountEntry> FindMount(const std::string& path);

// All rootstream mounts that can be reached, by mountpoint.
std::vector<MountEntry> RootstreamMounts();

// FindMount() for a rootstream mount. kInvalid: it is none.
Result<MountEntry> FindRootstreamMount(const std::string& path);

}  // namespace rootstream

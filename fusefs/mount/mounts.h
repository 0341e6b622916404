// The mounts of this machine, from /proc/self/mountinfo (proc(5)): found without touching any of them,
// so a mount that hangs hangs nobody here.
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
  std::string flags;           // of this mount: "ro,nosuid,nodev,relatime"
  std::optional<uid_t> owner;  // who mounted it, if it is FUSE's: the daemon's user; the kernel says so
};

std::vector<MountEntry> ParseMountInfo(std::string_view text);

// The topmost mount on `path`, which may be relative; nullopt: nothing is mounted there.
std::optional<MountEntry> FindMount(const std::string& path);

// The same, but it must be a rootstream mount. kInvalid.
Result<MountEntry> FindRootstreamMount(const std::string& path);

}  // namespace rootstream

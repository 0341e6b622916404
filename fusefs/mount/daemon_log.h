// Where a mount's daemon tells of itself: standard error in the foreground; the kernel's log, and so the console, when
// no program can run without the mount; else the system log. Any thread may write.
#pragma once

#include <string>

#include "base/file_io.h"
#include "fusefs/mount/mount_options.h"

namespace rootstream {

class DaemonLog {
 public:
  explicit DaemonLog(const MountOptions& options);
  void Line(const std::string& message) const;  // shown as ShownMessage has it

 private:
  const bool to_stderr_;
  UniqueFd kernel_;
};

}  // namespace rootstream

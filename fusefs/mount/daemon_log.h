// DaemonLog: the log of a mount's daemon. In the foreground it is standard error; for a root filesystem the kernel's
// log, which is shown on the console; otherwise the system log. Thread-safe.
#pragma once

#include <string>

#include "base/file_io.h"
#include "fusefs/mount/mount_options.h"

namespace rootstream {

class DaemonLog {
 public:
  explicit DaemonLog(const MountOptions& options);
  void Write(const std::string& message) const;  // made safe by ShownMessage()

 private:
  const bool to_stderr_;
  UniqueFd kernel_;
};

}  // namespace rootstream

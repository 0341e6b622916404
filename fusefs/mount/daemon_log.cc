#include "fusefs/mount/daemon_log.h"

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdio>

#include "base/message.h"

namespace rootstream {

DaemonLog::DaemonLog(const MountOptions& options) : to_stderr_(options.foreground) {
  if (to_stderr_) return;
  if (options.is_root) kernel_ = UniqueFd(open("/dev/kmsg", O_WRONLY | O_CLOEXEC));
  openlog("rootstream", LOG_PID, LOG_DAEMON);
}

void DaemonLog::Write(const std::string& message) const {
  const std::string text = ShownMessage(message);
  if (to_stderr_) {
    dprintf(2, "rootstream: %s\n", text.c_str());
  } else if (kernel_) {
    // One write(2) for each message: dprintf(3) seeks first, which this device refuses.
    const std::string line = "<" + std::to_string(LOG_DAEMON | LOG_WARNING) + ">rootstream: " + text + "\n";
    (void)!write(kernel_.get(), line.data(), line.size());
  } else {
    syslog(LOG_NOTICE, "%s", text.c_str());
  }
}

}  // namespace rootstream

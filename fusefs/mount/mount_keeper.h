// A process beside the daemon that makes its mount and takes it away again. To mount and unmount needs what the daemon
// gives up before it reads a byte from outside (least_privilege.h): CAP_SYS_ADMIN, or fusermount3 and its set-user-id
// bit; and Landlock lets nobody mount. So this process keeps it, and does nothing but a few actions that are fixed when
// it starts: whoever takes over the daemon can choose neither the mountpoint nor the options. It reads one byte at a
// time, has no other file open, and ends when the daemon does. Used by the main thread of each process.
#pragma once

#include <sys/types.h>

#include <functional>

#include "base/file_io.h"

namespace rootstream {

class MountKeeper {
 public:
  struct Actions {
    std::function<Result<UniqueFd>()> mount;  // returns the device that serves it
    std::function<Status()> began;            // it is served now
    std::function<Status()> unmount;          // if the mount is still there
  };

  // Forks, so before there are threads.
  static Result<MountKeeper> Start(const Actions& actions);
  MountKeeper() = default;
  MountKeeper(MountKeeper&&) noexcept;
  MountKeeper& operator=(MountKeeper&&) noexcept;
  ~MountKeeper() { Release(); }

  Result<UniqueFd> Mount();
  Status Began();
  Status Unmount();
  void Release();  // the process ends; what is mounted stays

 private:
  UniqueFd socket_;
  pid_t process_ = -1;
};

}  // namespace rootstream

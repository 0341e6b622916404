// Watchdog: makes sure that the daemon ends with its mount. Otherwise a thread that waits for ever, for a lock, a disk
// or in a library, would keep the process and the name of its control socket.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/file_io.h"
#include "base/thread.h"

namespace rootstream {

// True if the kernel has ended the FUSE connection of `device`, an open /dev/fuse: the mount is gone and unused. Its
// device number may then be given to another mount.
bool ConnectionIsGone(int device);

class Watchdog {
 public:
  static constexpr std::chrono::milliseconds kGrace{10'000};

  // The end is due when the connection of `device` is gone, or when `signals`, a signalfd that nobody reads, has a
  // signal. The process is killed `grace` later, with a message to `log`. Both descriptors must stay open until
  // EndIsDue().
  Watchdog(int device, int signals, std::function<void(const std::string&)> log,
           std::chrono::milliseconds grace = kGrace);
  ~Watchdog();  // the process ends normally

  void EndIsDue();

 private:
  void Run(int device, int signals);
  [[noreturn]] void EndProcess();

  const std::function<void(const std::string&)> log_;
  const std::chrono::milliseconds grace_;
  const UniqueFd due_;  // event counts
  const UniqueFd called_off_;
  Thread thread_;
};

}  // namespace rootstream

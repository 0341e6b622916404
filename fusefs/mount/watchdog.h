// Watchdog: the daemon ends when it must, whatever its other threads do. A thread that waits for ever - on a lock, on
// a disk, in a library - would keep the process, and the control socket's name, long after the mount is gone.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/file_io.h"
#include "base/thread.h"

namespace rootstream {

// True once the kernel has ended the FUSE connection behind `device` (an open /dev/fuse): it was unmounted, and nobody
// uses it any more. Its device number may be given to another mount after that.
bool ConnectionIsGone(int device);

class Watchdog {
 public:
  static constexpr std::chrono::milliseconds kGrace{10'000};

  // The end is due when the connection of `device` is gone, or `signals` (a signalfd, which nobody reads) has one.
  // `grace` later the process is ended, with a word to `log`. Both descriptors stay open until EndIsDue().
  Watchdog(int device, int signals, std::function<void(const std::string&)> log,
           std::chrono::milliseconds grace = kGrace);
  ~Watchdog();  // the process ends by itself

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

// Exit codes of the commands of `kboot`, one for each kind of failure. Scripts decide by them, since messages are for
// people. docs/boot.md lists them, too, and boot/initramfs/lib/say.sh has their names.
#pragma once

#include "base/result.h"

namespace rootstream {

enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kWrongUsage = 2,
  kNothingToBoot = 3,  // the image has no kernel; it may boot on another one
  kIsMissing = 4,      // the server says that there is no such image or file
  kIsUnreachable = 5,  // no server answers now
  kIsDamaged = 6,      // the bytes are wrong
  kIsUntrusted = 7,    // signature, serial, expiry, certificate; a kernel that the kernel refuses
  kNoSuchCall = 8,     // the running kernel has no kexec_file_load(2)
  kUnknownFormat = 9,  // the running kernel does not support this kernel format
  kNoMemory = 10,
  kIsRefused = 11,     // the server requires other credentials
  kTwoKernels = 12,    // several layers have boot entries
  kNotStarted = 125,   // a program that was to be run, as nohup(1) has it
  kInterrupted = 130,  // by ^C, as shells have it
};

inline ExitCode ExitCodeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kMissing:
      return kIsMissing;
    case ErrorKind::kUnavailable:
      return kIsUnreachable;
    case ErrorKind::kCorrupt:
    case ErrorKind::kInvalid:
      return kIsDamaged;
    case ErrorKind::kUntrusted:
      return kIsUntrusted;
    case ErrorKind::kRefused:
      return kIsRefused;
    case ErrorKind::kFailed:
      return kFailed;
  }
  return kFailed;
}

}  // namespace rootstream

// The exit codes of the commands of `kboot`, by which its scripts decide: one for each kind of failure, since the words
// of a message are for people. docs/boot.md has them too, and boot/initramfs/lib/say.sh their names.
#pragma once

#include "base/result.h"

namespace rootstream {

enum ExitCode {
  kDone = 0,
  kFailed = 1,
  kWrongUsage = 2,
  kNothingToBoot = 3,  // the image may still be booted, on a kernel from elsewhere
  kIsMissing = 4,      // the server says that there is no such image or file
  kIsUnreachable = 5,  // nobody answers, or not now
  kIsDamaged = 6,      // what came is not what it should be
  kIsUntrusted = 7,    // signature, serial, expiry, certificate; a kernel that the kernel refuses
  kNoSuchCall = 8,     // the running kernel has no kexec_file_load(2)
  kUnknownFormat = 9,  // it does not know this kind of kernel
  kNoMemory = 10,
  kIsRefused = 11,     // the server wants other credentials, or gives it to nobody
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

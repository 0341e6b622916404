// Loads the kernel that is to run next, by its file, so that the running one can check its signature:
// kexec_file_load(2).
//
// kexec(8) can do so, too, but tells why it was refused in words only; whether the older call may be tried instead
// depends on that.
#pragma once

#include <string>

#include "boot/exit_code.h"

namespace rootstream {

struct LoadOutcome {
  ExitCode code = kDone;
  std::string message;  // unless kDone
};

// What an errno of kexec_file_load(2) says.
ExitCode ExitCodeOfLoading(int error);

// `initrd` may be empty: none.
LoadOutcome LoadKernel(const std::string& kernel, const std::string& initrd, const std::string& command_line);

}  // namespace rootstream

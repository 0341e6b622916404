#include "boot/kernel_load.h"

#include <fcntl.h>
#include <linux/kexec.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file_io.h"

namespace rootstream {

ExitCode ExitCodeOfLoading(int error) {
  switch (error) {
    case ENOSYS:
      return kNoSuchCall;
    case ENOEXEC:
      return kUnknownFormat;
    case ENOMEM:
    case EADDRNOTAVAIL:
      return kNoMemory;
    // Errors of lockdown, and of the kernel's check of a signature.
    case EPERM:
    case EACCES:
    case ENODATA:
    case EBADMSG:
    case ENOPKG:
    case ENOKEY:
    case EKEYEXPIRED:
    case EKEYREVOKED:
    case EKEYREJECTED:
      return kIsUntrusted;
    default:
      return kFailed;
  }
}

LoadOutcome LoadKernel(const std::string& kernel, const std::string& initrd, const std::string& command_line) {
  const auto kernel_file = OpenFile(kernel, O_RDONLY | O_CLOEXEC);
  if (!kernel_file.ok()) return {kFailed, kernel_file.error().message};
  int initrd_fd = -1;
  unsigned long flags = KEXEC_FILE_NO_INITRAMFS;
  UniqueFd initrd_file;
  if (!initrd.empty()) {
    auto file = OpenFile(initrd, O_RDONLY | O_CLOEXEC);
    if (!file.ok()) return {kFailed, file.error().message};
    initrd_file = std::move(*file);
    initrd_fd = initrd_file.get();
    flags = 0;
  }
  // The length includes the zero at the end.
  if (syscall(SYS_kexec_file_load, kernel_file->get(), initrd_fd, command_line.size() + 1, command_line.c_str(),
              flags) == 0)
    return {};
  const int error = errno;
  return {ExitCodeOfLoading(error), "cannot load " + kernel + ": " + strerror(error)};
}

}  // namespace rootstream

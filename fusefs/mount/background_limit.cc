#include "fusefs/mount/background_limit.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file_io.h"

namespace rootstream {
namespace {

constexpr std::string_view kBeforeInit = "12\n";  // FUSE_DEFAULT_MAX_BACKGROUND of the kernel
constexpr int kTries = 1000;                      // a millisecond each
constexpr std::string_view kMost = "65535";       // the field of INIT's reply has 16 bits

// The control filesystem, where nobody else sees it: it need not be mounted anywhere. Linux 5.2.
Result<UniqueFd> OpenControl() {
  const UniqueFd context(fsopen("fusectl", FSOPEN_CLOEXEC));
  if (!context || fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return ErrnoError("cannot open", "fusectl");
  UniqueFd root(fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
  if (!root) return ErrnoError("cannot mount", "fusectl");
  return root;
}

// Its files are read and written from their beginning only, so each time anew.
Result<std::string> ReadValue(const UniqueFd& control, const std::string& path) {
  const UniqueFd file(openat(control.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[16];
  const ssize_t n = file ? read(file.get(), text, sizeof text) : -1;
  if (n < 0) return ErrnoError("cannot read", "fusectl/" + path);
  return std::string(text, n);
}

Status WriteValue(const UniqueFd& control, const std::string& path, std::string_view value) {
  const UniqueFd file(openat(control.get(), path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || write(file.get(), value.data(), value.size()) < 0) return ErrnoError("cannot write", "fusectl/" + path);
  return Ok();
}

}  // namespace

Status LiftBackgroundLimit(const std::string& device) {
  RS_TRY(const UniqueFd control, OpenControl());
  const std::string path = device.substr(device.find(':') + 1) + "/max_background";
  RS_TRY(std::string now, ReadValue(control, path));
  for (int tries = 0; tries < kTries && now == kBeforeInit; ++tries) {
    usleep(1000);
    RS_TRY(now, ReadValue(control, path));
  }
  return WriteValue(control, path, kMost);
}

}  // namespace rootstream

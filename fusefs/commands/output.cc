#include "fusefs/commands/output.h"

#include <unistd.h>

#include <cerrno>

#include "base/file_io.h"

namespace rootstream {

Status Print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(1, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError("cannot write to", "standard output");
    text.remove_prefix(n);
  }
  return Ok();
}

}  // namespace rootstream

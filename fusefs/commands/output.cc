#include "fusefs/commands/output.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

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

std::string TimeText(int64_t seconds) {
  const time_t time = seconds;
  std::tm utc = {};
  if (gmtime_r(&time, &utc) == nullptr) return fmt::format("@{}", seconds);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", utc);
}

}  // namespace rootstream

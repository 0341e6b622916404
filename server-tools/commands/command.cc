#include "server-tools/commands/command.h"

#include <fmt/format.h>

#include "format/plain_text.h"

namespace rootstream {

std::string MiB(uint64_t bytes) {
  return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20));
}

int ReportError(const std::string& text, int code) {
  fmt::print(stderr, "rootstream: {}\n", Printable(text));  // of names, too: one failure is one line
  return code;
}

}  // namespace rootstream

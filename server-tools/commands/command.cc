#include "server-tools/commands/command.h"

#include <fmt/format.h>

#include "format/message.h"

namespace rootstream {

std::string MiB(uint64_t bytes) {
  return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20));
}

int ReportError(const std::string& text, int code) {
  fprintf(stderr, "rootstream: %s\n", ShownMessage(text).c_str());
  return code;
}

}  // namespace rootstream

#include "server-tools/commands/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/message.h"

namespace rootstream {

std::string MiB(uint64_t bytes) { return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20)); }

void AddCredentialOptions(CLI::App& app, CredentialFiles& files) {
  for (const CredentialOption& option : kCredentialOptions)
    app.add_option(std::string("--") + option.name, files.*option.file, option.help)->type_name("FILE");
}

int ReportError(const std::string& text, int code) {
  fprintf(stderr, "rootstream: %s\n", ShownMessage(text).c_str());
  return code;
}

}  // namespace rootstream

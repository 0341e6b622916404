#include "server-tools/commands/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace rootstream {

std::string MiB(uint64_t bytes) { return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20)); }

void AddCredentialOptions(CLI::App& app, CredentialFiles& files) {
  for (const CredentialOption& option : kCredentialOptions)
    app.add_option(std::string("--") + option.name, files.*option.file, option.help)->type_name("FILE");
}

}  // namespace rootstream

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "server-tools/commands/command.h"
#include "server-tools/keys.h"

namespace rootstream {

void AddKeygen(CLI::App& app, Run& run) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("keygen", "make a key pair to sign images with");
  command->add_option("KEYFILE", *path, "the private key; the public one is KEYFILE.pub")->required();
  command->callback([=, &run] {
    run = [=]() -> Status {
      RS_CHECK(GenerateKeyFiles(*path));
      fmt::print("private key {0}: keep it; public key {0}.pub: give it to clients\n", *path);
      return Ok();
    };
  });
}

}  // namespace rootstream

// libexec/rootstream/export: the export command.
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "base/message.h"
#include "base/program_start.h"
#include "fusefs/commands/client_flags.h"
#include "fusefs/commands/commands.h"
#include "fusefs/commands/export.h"

namespace rootstream {
namespace {

Status Export(const ClientFlags& flags, const std::string& target) {
  RS_TRY(const auto client, Client::Open(flags.options, [](const Error& error) {
           fprintf(stderr, "rootstream: waiting for the network: %s\n", error.message.c_str());
         }));
  TellLostMemory(*client);
  return target == "-" ? ExportToTar(*client) : ExportToFolder(*client, target);
}

int Main(int argc, char** argv) {
  CLI::App app("write an image to a directory, or as a tar to standard output", "rootstream");
  CLI::App* command = app.add_subcommand("export", "write an image out");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "rootstream: " + ShownMessage(error.what()) + "; see rootstream export --help\n";
  });
  ClientFlags flags;
  std::string target;
  command->add_option("URL", flags.options.url)->required();
  command->add_option("TARGET", target, "a new or empty directory, or - for a tar on standard output")->required();
  flags.AddTo(*command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const Status status = flags.Apply(); !status.ok()) return ReportUsage(status.error().message);
  if (!NamesTrust(flags.options)) return ReportUsage(kTrustMissing);
  if (target == "-" && isatty(1) != 0) return ReportUsage("a tar is not for a terminal: redirect it");
  const Status status = Export(flags, target);
  return status.ok() ? 0 : ReportFailure(status.error());
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  rootstream::ProgramStart start(argc, argv);
  try {
    return rootstream::Main(start.argc(), start.argv());
  } catch (const std::exception& error) {  // of a library; errors of ours are values
    return rootstream::ReportFailure(rootstream::Failed(error.what()));
  }
}

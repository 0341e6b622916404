// libexec/rootstream/export: the verb that writes an image out.
#include <unistd.h>

#include "base/command_line.h"
#include "base/program_start.h"
#include "base/tell.h"
#include "fusefs/commands/export.h"
#include "fusefs/commands/with_client.h"

namespace rootstream {
namespace {

int Export(ClientFlags& flags, const std::string& target) {
  if (target == "-" && isatty(1) != 0) return ReportUsage("a tar is not for a terminal: redirect it");
  return WithClient(
      flags, [&](Client& client) { return target == "-" ? ExportToTar(client) : ExportToFolder(client, target); });
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  using namespace rootstream;
  ProgramStart start(argc, argv);
  CommandLine verbs("write an image to a directory, or as a tar to standard output", "rootstream");
  ClientFlags flags;
  std::string target;
  Verb command = verbs.Add("export", "write an image out", [&] { return Export(flags, target); });
  command.Argument("URL", flags.options.url);
  command.Argument("TARGET", target, "a new or empty directory, or - for a tar on standard output");
  flags.AddTo(command);
  return verbs.Main(start);
}

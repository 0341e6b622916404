// libexec/rootstream/publisher: the commands of who publishes and who runs a store.
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "base/file_io.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/program_start.h"
#include "server-tools/commands/command.h"

namespace rootstream {
namespace {

// A tree is walked with an open folder a level.
void AllowManyOpenFiles() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Main(int argc, char** argv) {
  AllowManyOpenFiles();
  // A store is read by whatever serves it, folders as well as files; private keys have modes of their own.
  umask(022);
  CLI::App app("publish images and run stores", "rootstream");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App* top, const CLI::Error& error) {
    const auto commands = top->get_subcommands();
    const std::string command = commands.empty() ? "" : commands.front()->get_name() + " ";
    return "rootstream: " + ShownMessage(error.what()) + "; see rootstream " + command + "--help\n";
  });
  Run run;
  AddKeygen(app, run);
  AddPublish(app, run);
  AddServe(app, run);
  AddVerify(app, run);
  AddStats(app, run);
  AddGc(app, run);
  AddMirror(app, run);
  AddProfile(app, run);
  try {
    app.parse(argc, argv);
    Status status = run();
    if (fflush(stdout) != 0 && status.ok()) status = ErrnoError("cannot write to", "standard output");
    // Whatever it was doing then, a person knows why it ended.
    if (!status.ok() && WasInterrupted()) return ReportError("interrupted", 1);
    return status.ok() ? 0 : ReportError(status.error().message, 1);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const UsageError& error) {
    return ReportError(error.text, 2);
  } catch (const std::bad_alloc&) {
    return ReportError("out of memory", 1);
  } catch (const std::exception& error) {  // of a library; errors of ours are values
    return ReportError(error.what(), 1);
  }
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  rootstream::ProgramStart start(argc, argv);
  return rootstream::Main(start.argc(), start.argv());
}

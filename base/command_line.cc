#include "base/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <new>

#include "base/file_io.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/program_start.h"
#include "base/tell.h"

namespace rootstream {

CommandLine::CommandLine(const std::string& description, const std::string& program)
    : program_(program), app_(std::make_unique<CLI::App>(description, program)) {
  app_->require_subcommand(1);
  app_->failure_message([program](const CLI::App* top, const CLI::Error& error) {
    std::string command;
    for (auto verbs = top->get_subcommands(); !verbs.empty(); verbs = verbs.front()->get_subcommands())
      command += verbs.front()->get_name() + " ";
    return "rootstream: " + ShownMessage(error.what()) + "; see " + program + " " + command + "--help\n";
  });
}

CommandLine::~CommandLine() = default;

CLI::App& CommandLine::Add(const std::string& name, const std::string& help, Run run) {
  return AddTo(*app_, name, help, std::move(run));
}

CLI::App& CommandLine::AddTo(CLI::App& parent, const std::string& name, const std::string& help, Run run) {
  CLI::App* verb = parent.add_subcommand(name, help);
  if (run) verb->callback([this, run = std::move(run)] { picked_ = run; });
  return *verb;
}

int CommandLine::Main(ProgramStart& start) {
  try {
    return ParseAndRun(start);
  } catch (const UsageError& error) {
    return ReportUsage(error.text);
  } catch (const std::bad_alloc&) {
    return ReportFailure(Failed("out of memory"));
  } catch (const std::exception& error) {  // of a library; errors of ours are values
    return ReportFailure(Failed(error.what()));
  }
}

int CommandLine::ParseAndRun(ProgramStart& start) {
  const std::string first = start.argc() > 1 ? start.argv()[1] : "-";
  const auto is_first = [&](const CLI::App* verb) { return verb->get_name() == first; };
  if (!first.starts_with("-") && app_->get_subcommands(is_first).empty())
    return ReportUsage("there is no command '" + first + "'; see " + program_ + " --help");
  try {
    app_->parse(start.argc(), start.argv());
  } catch (const CLI::ParseError& error) {
    return app_->exit(error) == 0 ? 0 : 2;
  }
  const int code = picked_();
  if (fflush(stdout) != 0 && code == 0) return ReportFailure(ErrnoError("cannot write to", "standard output"));
  return code;
}

}  // namespace rootstream

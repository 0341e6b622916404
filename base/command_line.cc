#include "base/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <new>

#include "base/file_io.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "base/program_start.h"
#include "base/settings_arguments.h"
#include "base/tell.h"

namespace rootstream {
namespace {

std::string CheckNotEmpty(const std::string& text) { return text.empty() ? "a value is missing" : ""; }

// The parser itself would take " 7", "+7", "07" and, for a number that is too large, another one.
std::string CheckNumber(const std::string& text, uint64_t least, uint64_t most) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = error == std::errc();
  const bool is_whole = end == text.data() + text.size() && !text.empty() && (!fits || std::to_string(number) == text);
  if (!is_whole) return text + " is not a whole number";
  if (fits && number >= least && number <= most) return "";
  return text + " is not from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

Verb& Verb::Argument(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option(name, value, help)->required();
  return *this;
}

Verb& Verb::OptionalArgument(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option(name, value, help)->capture_default_str();
  return *this;
}

Verb& Verb::Arguments(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  app_->add_option(name, values, help)->required();
  return *this;
}

Verb& Verb::OptionalArguments(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  app_->add_option(name, values, help);
  return *this;
}

Verb& Verb::Flag(const std::string& names, bool& value, const std::string& help) {
  app_->add_flag(names, value, help);
  return *this;
}

CLI::Option& Verb::AddOption(const std::string& names, const std::string& type, std::string& value,
                             const std::string& help) {
  CLI::Option* option = app_->add_option(names, value, help);
  if (!value.empty()) option->capture_default_str();
  return *option->type_name(type);
}

Verb& Verb::TextOption(const std::string& names, const std::string& type, std::string& value, const std::string& help) {
  AddOption(names, type, value, help);
  return *this;
}

Verb& Verb::Option(const std::string& names, const std::string& type, std::string& value, const std::string& help) {
  AddOption(names, type, value, help).check(CheckNotEmpty);
  return *this;
}

Verb& Verb::RequiredOption(const std::string& names, const std::string& type, std::string& value,
                           const std::string& help) {
  AddOption(names, type, value, help).required()->check(CheckNotEmpty);
  return *this;
}

Verb& Verb::RepeatableOption(const std::string& names, const std::string& type, std::vector<std::string>& values,
                             const std::string& help) {
  app_->add_option(names, values, help)->type_name(type)->allow_extra_args(false)->check(CheckNotEmpty);
  return *this;
}

Verb& Verb::OrderedOption(const std::string& names, const std::string& type,
                          const std::function<void(const std::string& value)>& given, const std::string& help) {
  app_->add_option_function(names, given, help)->type_name(type)->trigger_on_parse()->allow_extra_args(false);
  return *this;
}

Verb& Verb::NumberOption(const std::string& names, const std::string& type, uint64_t& value, uint64_t least,
                         uint64_t most, const std::string& help) {
  CLI::Option* option = app_->add_option(names, value, help);
  if (value != 0) option->capture_default_str();
  option->type_name(type)->check([=](const std::string& text) { return CheckNumber(text, least, most); });
  return *this;
}

Verb& Verb::IgnoredFlags(const std::string& names) {
  app_->add_flag(names)->group("");
  return *this;
}

Verb& Verb::IgnoredOptions(const std::string& names) {
  app_->add_option(names)->group("");
  return *this;
}

Verb& Verb::Footer(const std::string& text) {
  app_->footer(text);
  return *this;
}

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

namespace {

// CLI11 copies the footer of the program, which lists its verbs.
CLI::App* AddBelow(CLI::App& above, const std::string& name, const std::string& help) {
  CLI::App* added = above.add_subcommand(name, help);
  added->footer("");
  return added;
}

}  // namespace

Verb CommandLine::Add(const std::string& name, const std::string& help, Run run) {
  return AddTo(Verb(*app_), name, help, std::move(run));
}

Verb CommandLine::AddGroup(const std::string& name, const std::string& help) {
  CLI::App* group = AddBelow(*app_, name, help);
  group->require_subcommand(1);
  return Verb(*group);
}

Verb CommandLine::AddTo(const Verb& group, const std::string& name, const std::string& help, Run run) {
  CLI::App* verb = AddBelow(*group.app_, name, help);
  verb->callback([this, run = std::move(run)] { picked_ = run; });
  return Verb(*verb);
}

void CommandLine::TakeSettingsFile(Verb& verb, const std::vector<std::string>& positions) {
  verb.app_->add_option("--config", "a file with these options and arguments, a line for each: level = 19")
      ->type_name("FILE");
  settings_files_[verb.app_] = positions;
}

void CommandLine::SetVersion(const std::string& text) { app_->set_version_flag("--version", text); }
void CommandLine::SetFooter(const std::string& text) { app_->footer(text); }

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
    std::vector<std::string> arguments(start.argv() + std::min(start.argc(), 1), start.argv() + start.argc());
    for (const auto& [verb, positions] : settings_files_) {
      const Status expanded = verb->get_name() == first ? ExpandSettingsFile(*verb, positions, arguments) : Ok();
      if (!expanded.ok()) throw UsageError{expanded.error().message};
    }
    std::reverse(arguments.begin(), arguments.end());  // as the parser wants them
    app_->parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app_->exit(error) == 0 ? 0 : 2;
  }
  const int code = picked_();
  if (fflush(stdout) != 0 && code == 0) return ReportFailure(ErrnoError("cannot write to", "standard output"));
  return code;
}

}  // namespace rootstream

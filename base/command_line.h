// CommandLine: the verbs of one program. All programs of the project parse arguments, report wrong usage and failures,
// and handle exceptions of libraries in the same way. A program whose output cannot be written fails. The header hides
// the parser (CLI11), which is slow to compile. Used by the main thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rootstream {

class ProgramStart;

// Thrown by a verb for wrong usage that the parser cannot detect. Exit code 2.
struct UsageError {
  std::string text;
};

// The arguments and options of a verb. Values are written during CommandLine::Main(), and must live until its end; an
// option that is not given leaves its value alone, and --help shows a value that is not empty or 0 as the default.
// `names`: as in "-o,--output". `type`: the kind of value for --help, as in "FILE".
class Verb {
 public:
  explicit Verb(CLI::App& app) : app_(&app) {}

  // What is given by position.
  Verb& Argument(const std::string& name, std::string& value, const std::string& help = "");
  Verb& OptionalArgument(const std::string& name, std::string& value, const std::string& help);
  Verb& Arguments(const std::string& name, std::vector<std::string>& values,
                  const std::string& help = "");  // 1 or more
  Verb& OptionalArguments(const std::string& name, std::vector<std::string>& values, const std::string& help);

  Verb& Flag(const std::string& names, bool& value, const std::string& help);
  Verb& TextOption(const std::string& names, const std::string& type, std::string& value, const std::string& help = "");
  // As TextOption, but an empty value is wrong usage: it stands for a shell variable that is not set.
  Verb& Option(const std::string& names, const std::string& type, std::string& value, const std::string& help = "");
  Verb& RequiredOption(const std::string& names, const std::string& type, std::string& value,
                       const std::string& help = "");
  Verb& RepeatableOption(const std::string& names, const std::string& type, std::vector<std::string>& values,
                         const std::string& help);
  // For options whose order counts: `given` is called for each one, in the order of the arguments.
  Verb& OrderedOption(const std::string& names, const std::string& type,
                      const std::function<void(const std::string& value)>& given, const std::string& help);
  // A whole decimal number without sign or leading zeros, from `least` to `most`.
  Verb& NumberOption(const std::string& names, const std::string& type, uint64_t& value, uint64_t least, uint64_t most,
                     const std::string& help);
  // Accepted and ignored, and not part of --help.
  Verb& IgnoredFlags(const std::string& names);
  Verb& IgnoredOptions(const std::string& names);

  Verb& Footer(const std::string& text);  // the end of --help

 private:
  friend class CommandLine;
  CLI::Option& AddOption(const std::string& names, const std::string& type, std::string& value,
                         const std::string& help);
  CLI::App* app_;
};

class CommandLine {
 public:
  using Run = std::function<int()>;  // what a verb does; reports its own failure and returns the exit code

  // `program`: the name before "COMMAND --help" in error messages, for example "rootstream".
  CommandLine(const std::string& description, const std::string& program);
  ~CommandLine();

  // `run` is called if the arguments name this verb.
  Verb Add(const std::string& name, const std::string& help, Run run);
  // A verb that has verbs of its own, one of which must be given.
  Verb AddGroup(const std::string& name, const std::string& help);
  Verb AddTo(const Verb& group, const std::string& name, const std::string& help, Run run);

  // Gives a verb the option "--config FILE" (settings_arguments.h). `positions`: how the file names what is given by
  // position.
  void TakeSettingsFile(Verb& verb, const std::vector<std::string>& positions);

  void SetVersion(const std::string& text);  // what --version prints
  void SetFooter(const std::string& text);   // the end of --help

  int Main(ProgramStart& start);  // the exit code

 private:
  int ParseAndRun(ProgramStart& start);

  const std::string program_;
  std::unique_ptr<CLI::App> app_;
  Run picked_;
  std::map<const CLI::App*, std::vector<std::string>> settings_files_;  // positions
};

}  // namespace rootstream

// CommandLine: the verbs of one program. All programs of the project parse arguments, report wrong usage and failures,
// and handle exceptions of libraries in the same way. A program whose output cannot be written fails. Used by the main
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace CLI {
class App;
}

namespace rootstream {

class ProgramStart;

// Thrown by a verb for wrong usage that the parser cannot detect. Exit code 2.
struct UsageError {
  std::string text;
};

class CommandLine {
 public:
  using Run = std::function<int()>;  // what a verb does; reports its own failure and returns the exit code

  // `program`: the name before "COMMAND --help" in error messages, for example "rootstream".
  CommandLine(const std::string& description, const std::string& program);
  ~CommandLine();

  // Adds a verb; its options are added to the result. `run` is called if the arguments name this verb.
  CLI::App& Add(const std::string& name, const std::string& help, Run run);
  CLI::App& AddTo(CLI::App& parent, const std::string& name, const std::string& help, Run run);
  CLI::App& app() { return *app_; }

  int Main(ProgramStart& start);  // the exit code

 private:
  int ParseAndRun(ProgramStart& start);

  const std::string program_;
  std::unique_ptr<CLI::App> app_;
  Run picked_;
};

}  // namespace rootstream

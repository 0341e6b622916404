// CommandLine: the verbs of one program. In all of ours they are parsed, tell of wrong usage, of failures, and of what
// a library throws alike; and no program ends well whose output could not be written. Used by the main thread.
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

// A use of the command line that no parser catches; told as one. Thrown by what a verb does.
struct UsageError {
  std::string text;
};

class CommandLine {
 public:
  using Run = std::function<int()>;  // returns the exit code, having told of its failure

  // `program`: whose --help a person is sent to: "rootstream".
  CommandLine(const std::string& description, const std::string& program);
  ~CommandLine();

  // A verb, to which its options are added. `run` is called when it is the one that was given.
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

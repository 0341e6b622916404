// The commands of the client executable, from its arguments to an exit code: 0 done, 1 failed with one
// line on standard error, 2 wrong usage.
#pragma once

#include "base/result.h"

namespace rootstream {

class ProgramStart;

int RunClientCommand(ProgramStart& start);

// Runs another executable of the project, found beside this one: bin/../libexec/rootstream/NAME.
// Returns only on failure.
Error RunBeside(const char* name, char** argv);

// Prints a line on standard error, as ShownMessage has it.
void Tell(const std::string& text);

// Prints a failure as every command does, and returns its exit code.
int ReportFailure(const Error& error);
int ReportUsage(const std::string& text);

}  // namespace rootstream

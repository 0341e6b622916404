// The commands of the client executable, from its arguments to an exit code: 0 done, 1 failed with one
// line on standard error, 2 wrong usage.
#pragma once

#include "format/result.h"

namespace rootstream {

int RunClientCommand(int argc, char** argv);

// Runs another executable of the project, found beside this one: bin/../libexec/rootstream/NAME.
// Returns only on failure.
Error RunBeside(const char* name, char** argv);

// Prints a failure as every command does, and returns its exit code.
int ReportFailure(const Error& error);
int ReportUsage(const std::string& text);

}  // namespace rootstream

// Verbs that are implemented by other programs of the project. These programs need libraries that the client, which
// goes into kboot, must not link.
#pragma once

#include <string>

#include "base/program_start.h"
#include "base/result.h"

namespace rootstream {

// If the arguments name such a verb, replaces this process by its program, bin/../libexec/rootstream/NAME. Returns true
// if the verb belongs to this program, or an error if the other program cannot be run.
Result<bool> IsOurVerb(ProgramStart& start);
std::string OtherVerbs();  // for --help

}  // namespace rootstream

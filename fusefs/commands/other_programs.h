// Verbs of other programs of the project. They bring libraries that the client, which goes into kboot, does without.
#pragma once

#include <string>

#include "base/program_start.h"
#include "base/result.h"

namespace rootstream {

// Becomes the program of the verb among the arguments, found beside this one: bin/../libexec/rootstream/NAME. Returns
// if the verb is none of theirs (true), or the program cannot be run.
Result<bool> IsOurVerb(ProgramStart& start);
std::string OtherVerbs();  // for --help

}  // namespace rootstream

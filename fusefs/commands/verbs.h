// The verbs of the client, a file each here. What is the publisher's or kboot's is found beside the client: see
// other_programs.h.
#pragma once

#include "base/command_line.h"

namespace rootstream {

// A person's "mount -f" stays in the foreground, as FUSE's programs have it; mount(8)'s is a trial.
enum class MountCaller { kPerson, kMount8 };

void AddMount(CommandLine& verbs, MountCaller caller);
void AddUmount(CommandLine& verbs);
void AddStatus(CommandLine& verbs);
void AddLs(CommandLine& verbs);
void AddCat(CommandLine& verbs);
void AddInspect(CommandLine& verbs);
void AddPrefetch(CommandLine& verbs);
void AddProfile(CommandLine& verbs);

int RunClientCommand(ProgramStart& start);  // the exit code

}  // namespace rootstream

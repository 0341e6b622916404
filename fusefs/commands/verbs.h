// The verbs of the client; each has a file in this folder. For the verbs of other programs, see other_programs.h.
#pragma once

#include "base/command_line.h"

namespace rootstream {

// The option -f means "stay in the foreground" when a person uses it, as with other FUSE programs, and "dry run" when
// mount(8) does.
enum class MountCaller { kPerson, kMount8 };

void AddMount(CommandLine& verbs, MountCaller caller);
void AddUmount(CommandLine& verbs);
void AddDoctor(CommandLine& verbs);
void AddMounts(CommandLine& verbs);
void AddStatus(CommandLine& verbs);
void AddLs(CommandLine& verbs);
void AddCat(CommandLine& verbs);
void AddInspect(CommandLine& verbs);
void AddPrefetch(CommandLine& verbs);
void AddProfile(CommandLine& verbs);

int RunClientCommand(ProgramStart& start);  // the exit code

}  // namespace rootstream

// Which of an image's boot entries a machine boots.
#pragma once

#include <string>
#include <vector>

#include "boot/machine.h"
#include "format/manifest.h"

namespace rootstream {

bool Fits(const BootEntry& entry, const Machine& machine);

// The first entry with rules that fits; else the default, or the first, without rules. nullptr:
// none fits.
const BootEntry* PickEntry(const std::vector<BootEntry>& entries, const Machine& machine);

// The entry that a person means by `label`: its title, its kernel's path or file name, or the
// version in that; else a part of one of these. Of several, the one that PickEntry() would take, or
// else the first: who names an entry gets it though its rules do not fit. nullptr: there is none.
const BootEntry* PickLabelled(const std::vector<BootEntry>& entries, const std::string& label, const Machine& machine);

// Lines "title='…'", "kernel='…'", "initrd='…'" for each, "cmdline='…'", quoted for a shell.
// kInvalid: a control character is in it.
Result<std::string> EntryLines(const BootEntry& entry);
// "INDEX\tTITLE\tKERNEL\tfits" or "…\tno", one line for each entry; '?' for control characters.
std::string EntryList(const std::vector<BootEntry>& entries, const Machine& machine);

}  // namespace rootstream

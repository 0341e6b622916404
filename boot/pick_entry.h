// Chooses the boot entry of an image for this machine.
#pragma once

#include <string>
#include <vector>

#include "boot/machine.h"
#include "format/manifest.h"

namespace rootstream {

bool Fits(const BootEntry& entry, const Machine& machine);

// The first entry with rules whose rules all fit. Otherwise the default entry without rules, or the first one. nullptr:
// none fits.
const BootEntry* PickEntry(const std::vector<BootEntry>& entries, const Machine& machine);

// The entry that a person names by `label`: its title, the path, file name or version of its kernel, or a part of one
// of these. Among several, the one that PickEntry() would choose, otherwise the first, even if its rules do not fit.
// nullptr: none.
const BootEntry* PickLabelled(const std::vector<BootEntry>& entries, const std::string& label, const Machine& machine);

// Lines "title='…'", "kernel='…'", "initrd='…'" for each, "cmdline='…'", and "image='…'", the URL of the image that it
// is of; quoted for a shell. kInvalid: a control character is in it.
Result<std::string> EntryLines(const BootEntry& entry, const std::string& image);
// "INDEX\tTITLE\tKERNEL\tfits" or "…\tno", one line for each entry; '?' for control characters.
std::string EntryList(const std::vector<BootEntry>& entries, const Machine& machine);

}  // namespace rootstream

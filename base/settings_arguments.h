// The arguments of a verb from a file: what "--config FILE" stands for.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace rootstream {

// If `arguments` (those of the process, the verb first) have "--config FILE", puts the file's lines (settings_text.h)
// in its place: options of `verb` without their "--", "yes" or "no" for a flag, and what is given by position, by
// `positions`. An option that is given beside the file, too, counts in place of the file's, unless it may be repeated.
// kInvalid: a line is wrong; else: the file cannot be read.
Status ExpandSettingsFile(const CLI::App& verb, const std::vector<std::string>& positions,
                          std::vector<std::string>& arguments);

}  // namespace rootstream

// Parses the path of a store as a person writes it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace rootstream {

// The folder that `text` names, without slashes at its end. kInvalid: nothing, or a URL, which a
// folder's name is not.
Result<std::string> StorePath(const std::string& text);

// The path of folder `inner`, which need not exist, relative to folder `outer`, with symlinks resolved:
// "/srv/store"; "/" if they are the same; nullopt: elsewhere.
std::optional<std::string> PathWithin(const std::string& outer, const std::string& inner);

bool IsSameStore(const std::string& a, const std::string& b);  // true for two paths of one folder

}  // namespace rootstream

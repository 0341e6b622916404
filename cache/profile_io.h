// A profile as a file.
#pragma once

#include <string>

#include "format/profile.h"

namespace rootstream {

Result<Profile> ReadProfile(const std::string& path);  // kMissing, kFailed, kCorrupt
Status WriteProfile(const std::string& path, const Profile& profile);

}  // namespace rootstream

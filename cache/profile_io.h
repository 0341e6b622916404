// A profile as a file.
#pragma once

#include <string>

#include "format/profile.h"

namespace rootstream {

Result<Profile> ReadProfile(const std::string& path);  // kMissing, kFailed, kCorrupt
Status WriteProfile(const std::string& path, const Profile& profile);

// Whether WriteProfile(path) has a folder that it may write to: asked before an hour is recorded in vain. kMissing,
// kFailed.
Status CheckCanWrite(const std::string& path);

}  // namespace rootstream

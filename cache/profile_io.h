// Reads and writes profiles as files.
#pragma once

#include <string>

#include "format/profile.h"

namespace rootstream {

Result<Profile> ReadProfile(const std::string& path);  // kMissing, kFailed, kCorrupt
Status WriteProfile(const std::string& path, const Profile& profile);

// Checks, before a long recording, that WriteProfile(path) has a folder it may write to. kMissing, kFailed.
Status CheckCanWrite(const std::string& path);

}  // namespace rootstream

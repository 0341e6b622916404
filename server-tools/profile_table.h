// Shows a profile as a table of files.
#pragma once

#include <string>

#include "format/profile.h"

namespace rootstream {

std::string ProfileTable(const Profile& profile);

}  // namespace rootstream

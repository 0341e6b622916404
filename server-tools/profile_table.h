// A profile as a table for people: what was read, file by file.
#pragma once

#include <string>

#include "format/profile.h"

namespace rootstream {

std::string ProfileTable(const Profile& profile);

}  // namespace rootstream

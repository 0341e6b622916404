// Draws a profile as a timeline in SVG. Each file has a row, in the order of first reads, and each read a bar from its
// request to its answer, red where it waited for the network or the disk. Below are the number of waiting requests and
// the bytes read so far.
#pragma once

#include <string>

#include "format/profile.h"

namespace rootstream {

std::string ProfilePicture(const Profile& profile);

}  // namespace rootstream

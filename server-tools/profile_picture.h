// A profile as a picture: a timeline in SVG. A row for each file, in the order of their first reads, with a
// bar for each read from when it was asked for to when it was answered; red where somebody waited for the
// network or the disk. Below, how many requests were waiting, and how many bytes had been read.
#pragma once

#include <string>

#include "format/profile.h"

namespace rootstream {

std::string ProfilePicture(const Profile& profile);

}  // namespace rootstream

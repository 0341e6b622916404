// The types of files that an image holds: all of inode(7).
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace rootstream {

inline bool IsKnownType(uint32_t mode) {
  return S_ISREG(mode) || S_ISLNK(mode) || S_ISDIR(mode) || S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) ||
         S_ISSOCK(mode);
}

}  // namespace rootstream

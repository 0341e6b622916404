// Reads the content of a file of the publisher's machine.
#pragma once

#include <sys/stat.h>

#include <string>

#include "chunker/source/source.h"

namespace rootstream {

// Calls `use` with all data of `fd`, in order; holes are skipped. kFailed if the file differs from `expected` (inode,
// size, times) before or after reading. Errors name it `shown`.
Status ReadFileContent(int fd, const struct stat& expected, const std::string& shown, const Source::ContentUse& use);

}  // namespace rootstream

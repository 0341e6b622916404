// The bytes of one file of the publisher's machine.
#pragma once

#include <sys/stat.h>

#include <string>

#include "chunker/source/source.h"

namespace rootstream {

// Gives all data of `fd` to `use`, in order; holes that the filesystem knows of are skipped, not read.
// kFailed when the file is not as `expected` (its inode, size and times), before or after. Errors name
// it `shown`.
Status ReadFileContent(int fd, const struct stat& expected, const std::string& shown, const Source::ContentUse& use);

}  // namespace rootstream

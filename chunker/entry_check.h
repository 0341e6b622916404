// Checks that an image can hold an entry: the writer's side of format/limits.h.
#pragma once

#include <string>

#include "chunker/source/source.h"

namespace rootstream {

// kInvalid: the message has `path` and the reason.
Status CheckEntry(const SourceEntry& entry, const std::string& path);

}  // namespace rootstream

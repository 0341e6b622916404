// Whether an image can hold an entry: the writer's side of format/limits.h.
#pragma once

#include <string>

#include "chunker/source/source.h"

namespace rootstream {

// kInvalid, with `path` and what of the entry cannot be kept.
Status CheckEntry(const SourceEntry& entry, const std::string& path);

}  // namespace rootstream

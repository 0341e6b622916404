// Compresses the initrd for the next kernel.
#pragma once

#include "base/result.h"

namespace rootstream {

// Compresses everything from descriptor `in` into one zstd frame on `out`, at a fast level, since it is unpacked
// seconds later. kFailed.
Status CompressStream(int in, int out);

}  // namespace rootstream

// Packs an initrd for the next kernel.
#pragma once

#include "base/result.h"

namespace rootstream {

// Everything of the file descriptor `in`, as one zstd frame to `out`. Quick rather than small: it
// is unpacked a few seconds later. kFailed.
Status PackStream(int in, int out);

}  // namespace rootstream

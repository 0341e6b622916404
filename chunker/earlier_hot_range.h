// Reads the hot range of an earlier version of an image, so that the next version keeps its order and shares its
// chunks.
#pragma once

#include <vector>

#include "chunker/hot_order.h"
#include "store/store.h"

namespace rootstream {

// The parts of files in the hot range of `image`, in their order. If the tag is new, or its image has no hot range, the
// image of the same name that was published last is used. Images that none of `keys` signed are ignored, as in
// KnownContent. Damaged or oversized parts are left out without an error, since the order is only an optimisation.
std::vector<FilePart> EarlierHotRange(const Store& store, const ImageName& image, const std::vector<PublicKey>& keys);

}  // namespace rootstream

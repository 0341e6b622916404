// What the hot range of an earlier version of an image holds, so that the next one keeps its order and
// shares its chunks.
#pragma once

#include <vector>

#include "chunker/hot_order.h"
#include "store/store.h"

namespace rootstream {

// The parts of files in the hot range of the image, in its order; of the one with the same name that was
// published last, if the tag is new or its image has none. Only images that one of `keys` signed are believed, as
// in KnownContent. Nothing where there is none, and what can be read of it where it is damaged or beyond all
// measure: an order is no more than a help.
std::vector<FilePart> EarlierHotRange(const Store& store, const ImageName& image, const std::vector<PublicKey>& keys);

}  // namespace rootstream

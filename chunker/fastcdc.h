// FastCDC with normalised chunking (Xia et al., USENIX ATC 2016). The content decides where a stream is cut, so an
// insertion changes only the cuts beside it. Before the average size, a cut needs a rarer pattern than after it, which
// keeps sizes near the average.
#pragma once

#include <cstddef>
#include <string_view>

namespace rootstream {

struct CutSizes {
  size_t average = 128 << 10;  // bytes, a power of two
  size_t minimum() const { return average / 4; }
  size_t maximum() const { return average * 4; }
};

// The length of the first chunk of `bytes`, between the minimum and the maximum. If no cut is found, it is the size of
// `bytes`; then call again with more bytes, unless the stream has ended.
size_t FirstCut(std::string_view bytes, const CutSizes& sizes);

}  // namespace rootstream

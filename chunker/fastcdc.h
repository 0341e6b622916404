// FastCDC with normalised chunking (Xia et al., USENIX ATC 2016): cuts a stream where its content says
// so, so that an insertion moves no cut but those beside it. A cut is harder to find before the average
// size and easier after it, which keeps sizes near the average.
#pragma once

#include <cstddef>
#include <string_view>

namespace rootstream {

struct CutSizes {
  size_t average = 128 << 10;  // bytes, a power of two
  size_t minimum() const { return average / 4; }
  size_t maximum() const { return average * 4; }
};

// The length of the first chunk of `bytes`: at least the minimum and at most the maximum, or all of
// `bytes` when no cut is found in them. Look again with more bytes then, unless there are no more.
size_t FirstCut(std::string_view bytes, const CutSizes& sizes);

}  // namespace rootstream

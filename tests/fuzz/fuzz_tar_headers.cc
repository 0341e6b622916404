#include "chunker/source/tar_headers.h"
#include "tests/fuzz/fuzz.h"

// The notes do not depend on the pieces in which the bytes are read.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const std::string_view bytes = FuzzBytes(data, size);
  TarHeaders whole, pieces;
  whole.Read(bytes);
  for (size_t at = 0; at < size; at += 509) pieces.Read(bytes.substr(at, 509));
  FUZZ_CHECK(whole.has_more() == pieces.has_more());
  const TarHeaders::Notes a = whole.Take(0, size), b = pieces.Take(0, size);
  FUZZ_CHECK(a.fault == b.fault && a.negative_zero_time == b.negative_zero_time);
  return 0;
}

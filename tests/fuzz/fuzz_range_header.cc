#include <string>

#include "server-tools/http_server.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const std::string header(FuzzBytes(data, size));
  for (const uint64_t file : {uint64_t{0}, uint64_t{1}, uint64_t{1000}, UINT64_MAX}) {
    const ByteRange range = ParseRange(header.c_str(), file);
    if (range.kind == ByteRange::Kind::kUnsatisfiable) continue;
    FUZZ_CHECK(range.first <= file);
    FUZZ_CHECK(range.size <= file - range.first);
    if (range.kind == ByteRange::Kind::kWhole) FUZZ_CHECK(range.first == 0 && range.size == file);
    if (range.kind == ByteRange::Kind::kPart) FUZZ_CHECK(range.size > 0);
  }
  return 0;
}

#include "format/manifest.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const auto manifest = Manifest::Decode(FuzzBytes(data, size));
  if (!manifest.ok()) return 0;
  const auto again = Manifest::Decode(manifest->Encode());
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(*again == *manifest);
  return 0;
}

#include "format/chunk_list.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const auto part = PublisherPart::Decode(FuzzBytes(data, size));
  if (part.ok()) FUZZ_CHECK(part->Encode() == FuzzBytes(data, size));
  return 0;
}

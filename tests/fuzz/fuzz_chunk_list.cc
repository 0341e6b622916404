#include "format/chunk_list.h"
#include "format/limits.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const Id holder = Sha256("holder");
  const auto list = ChunkList::Decode(FuzzBytes(data, size), holder);
  if (!list.ok()) return 0;
  FUZZ_CHECK(list->chunks.size() <= kMaxChunksPerList);
  FUZZ_CHECK(list->plain_size() <= list->chunks.size() * kMaxChunkPlain);
  for (const ObjectRef& chunk : list->chunks) FUZZ_CHECK(!chunk.in_own_pack());
  const auto again = ChunkList::Decode(list->Encode(), holder);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->chunks == list->chunks);
  return 0;
}

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cache/segment_index.h"
#include "tests/fuzz/fuzz.h"

// Arbitrary entries on the disk, with a matching seal. The places that are found are within the limits of the format.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  char folder[] = "/dev/shm/rootstream-fuzz-XXXXXX";
  FUZZ_CHECK(mkdtemp(folder) != nullptr);
  const std::string bytes(FuzzBytes(data, size)), path = folder;
  std::ofstream(path + "/index", std::ios::binary) << bytes;
  std::ofstream(path + "/index.seal") << "rootstream index seal 2\n" << Sha256(bytes).Hex() << "\nstamp\n";
  const auto index = SegmentIndex::Open(path, "stamp", 16 << 20, true);
  FUZZ_CHECK(index.ok());
  if ((*index)->was_sealed()) {
    FUZZ_CHECK((*index)->SealedSize() == size);
    Id id;
    for (size_t at = 0; at + SegmentIndex::kEntrySize <= size; at += SegmentIndex::kEntrySize) {
      std::copy_n(data + at, 16, id.bytes.begin());
      if (const auto place = (*index)->Find(id)) FUZZ_CHECK(place->stored_size <= (17 << 20));
    }
    (*index)->RemoveSegment(1);
    FUZZ_CHECK((*index)->Seal(path, "stamp").ok());
  } else {
    FUZZ_CHECK((*index)->SealedSize() == 0);
  }
  std::filesystem::remove_all(path);
  return 0;
}

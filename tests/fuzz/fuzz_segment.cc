#include <sys/mman.h>
#include <unistd.h>

#include "cache/segment_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const UniqueFd memory(memfd_create("segment", MFD_CLOEXEC));
  FUZZ_CHECK(WriteFullyAt(memory.get(), FuzzBytes(data, size), 0));
  const auto file = SegmentFile::OpenForReading("/proc/self/fd/" + std::to_string(memory.get()));
  if (!file.ok()) return 0;
  uint64_t end = kSegmentHeaderSize;
  const uint64_t next = file->Scan(kSegmentHeaderSize, [&](const SegmentRecord& record) {
    FUZZ_CHECK(record.offset == end + kRecordHeaderSize);
    FUZZ_CHECK(file->Read(record.offset, record.stored_size).has_value());
    end = record.offset + record.stored_size;
  });
  FUZZ_CHECK(next == end);
  FUZZ_CHECK(end <= size);
  return 0;
}

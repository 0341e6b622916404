#include "fusefs/mount/mounts.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  for (const MountEntry& mount : ParseMountInfo(FuzzBytes(data, size))) {
    FUZZ_CHECK(!mount.type.empty());
    FUZZ_CHECK(mount.mountpoint.size() <= size);
  }
  return 0;
}

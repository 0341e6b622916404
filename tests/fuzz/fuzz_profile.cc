#include "format/profile.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const auto profile = Profile::Decode(FuzzBytes(data, size));
  if (!profile.ok()) return 0;
  FUZZ_CHECK(profile->Encode() == FuzzBytes(data, size));
  const Profile twice[] = {*profile, *profile};
  const auto merged = MergeProfiles(twice);
  FUZZ_CHECK(merged.ok());
  FUZZ_CHECK(merged->events.size() <= 2 * profile->events.size());
  FUZZ_CHECK(Profile::Decode(merged->Encode()).ok());
  return 0;
}

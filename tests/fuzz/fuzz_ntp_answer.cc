#include <string>

#include "boot/server_time.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const std::string answer(FuzzBytes(data, size));
  const auto time = TimeInNtpAnswer(answer, 0x0123456789abcdef);
  if (!time) return 0;
  FUZZ_CHECK(answer.size() >= 48);
  FUZZ_CHECK(*time > -2'208'988'800 && *time < int64_t{1} << 33);
  return 0;
}

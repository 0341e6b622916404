#include "base/message.h"
#include "base/plain_text.h"
#include "tests/fuzz/fuzz.h"

// Messages hold what servers say, and names of files.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const std::string_view text = FuzzBytes(data, size);
  FUZZ_CHECK(IsPlainText(ShownMessage(text)));
  FUZZ_CHECK(WithoutSecretsIn(text, "").size() <= size);  // it is written over an argument
  return 0;
}

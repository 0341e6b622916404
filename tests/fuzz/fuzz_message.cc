#include "base/message.h"
#include "base/plain_text.h"
#include "tests/fuzz/fuzz.h"

// Messages contain answers of servers and names of files.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const std::string_view text = FuzzBytes(data, size);
  FUZZ_CHECK(IsPlainText(ShownMessage(text)));
  FUZZ_CHECK(WithoutSecretsIn(text, "").size() <= size);  // the result overwrites a program argument
  return 0;
}

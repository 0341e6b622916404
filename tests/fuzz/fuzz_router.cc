#include <string>

#include "boot/router.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const auto advertisement = ParseRouterAdvertisement(FuzzBytes(data, size));
  if (!advertisement) return 0;
  // A shell reads the output: five words in single quotes, and no character that could end a quoted word.
  size_t quotes = 0;
  for (const char c : ShellWords(*advertisement)) {
    quotes += c == '\'' ? 1 : 0;
    FUZZ_CHECK(c == '\n' || (c >= ' ' && c <= '~' && c != '"' && c != '$' && c != '`' && c != '\\'));
  }
  FUZZ_CHECK(quotes == 10);
  return 0;
}

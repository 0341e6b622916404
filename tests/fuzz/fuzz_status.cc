#include "fusefs/mount/status.h"
#include "tests/fuzz/fuzz.h"

// Any process may answer at a control socket, with any bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const auto text = StatusText(std::string(FuzzBytes(data, size)));
  if (text.ok()) FUZZ_CHECK(text->find('\x1b') == std::string::npos);
  const auto json = StatusForScripts(std::string(FuzzBytes(data, size)));
  if (json.ok())
    for (const char c : *json) FUZZ_CHECK(c == '\n' || (c >= 0x20 && c < 0x7f));
  return 0;
}

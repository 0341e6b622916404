#include "base/settings_text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const auto settings = ParseSettings(FuzzBytes(data, size));
  if (!settings.ok()) return 0;
  std::string text;
  for (const Setting& setting : *settings)
    text += (setting.section.empty() ? "" : "[" + setting.section + "]\n") + setting.key + " = " + setting.value + "\n";
  const auto again = ParseSettings(text);
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->size() == settings->size());
  for (size_t i = 0; i < again->size(); ++i) {
    FUZZ_CHECK((*again)[i].key == (*settings)[i].key);
    FUZZ_CHECK((*again)[i].value == (*settings)[i].value);
    FUZZ_CHECK((*again)[i].section == (*settings)[i].section);
  }
  return 0;
}

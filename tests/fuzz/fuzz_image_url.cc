#include "format/image_name.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  if (const auto list = ParseImageList(FuzzBytes(data, size)); list.ok()) {
    std::string text;
    for (const ImageName& image : *list) text += image.ToString() + "\n";
    FUZZ_CHECK(*ParseImageList(text) == *list);
  }
  const auto layers = ParseLayersUrl(FuzzBytes(data, size));
  if (layers.ok()) {
    const auto same = ParseLayersUrl(layers->ToString());
    FUZZ_CHECK(same.ok());
    FUZZ_CHECK(same->images == layers->images);
  }
  const auto url = ParseImageUrl(FuzzBytes(data, size));
  if (!url.ok()) return 0;
  FUZZ_CHECK(layers.ok() || url->store.find(",") != std::string::npos);
  FUZZ_CHECK(IsStoreUrl(url->store + "/"));
  const auto again = ParseImageUrl(url->ToString());
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->image == url->image);
  FUZZ_CHECK(again->ToString() == url->ToString());  // ToString() leaves out secrets
  return 0;
}

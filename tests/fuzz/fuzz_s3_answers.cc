#include "base/ini_text.h"
#include "store/s3/answers.h"
#include "tests/fuzz/fuzz.h"

// A service, or whoever is in its place, answers with any bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const std::string text(FuzzBytes(data, size));
  if (const auto listing = ParseListing(text); listing.ok())
    for (const ObjectInfo& object : listing->objects) FUZZ_CHECK(!object.name.empty());
  if (const auto uploads = ParseUploads(text); uploads.ok()) FUZZ_CHECK(uploads->uploads.size() <= text.size());
  if (const auto id = ParseUploadId(text); id.ok()) FUZZ_CHECK(!id->empty());
  (void)ParseS3Error(text);
  (void)IsDone(text);
  for (const auto& [key, value] : ParseIniSection(text, "default")) FUZZ_CHECK(!key.empty() || !value.empty());
  return 0;
}

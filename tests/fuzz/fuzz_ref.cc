#include "format/ref.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rootstream;
  const auto ref = Ref::Decode(FuzzBytes(data, size));
  if (!ref.ok()) return 0;
  FUZZ_CHECK(ref->Encode() == FuzzBytes(data, size));
  const auto body = Ref::DecodeBody(ref->body);
  if (!body.ok()) return 0;
  const auto again = Ref::DecodeBody(body->Encode());
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(*again == *body);
  // No trusted key has signed the fuzzer's input.
  PublicKey key;
  key.bytes.fill(1);
  FUZZ_CHECK(!CheckRef(FuzzBytes(data, size), body->image, {.keys = {key}}).ok());
  (void)CheckRef(FuzzBytes(data, size), body->image, {.insecure = true});
  return 0;
}

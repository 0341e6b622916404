#include "format/object_ref.h"

#include <gtest/gtest.h>

#include "format/limits.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

std::string EncodeOne(const ObjectRef& ref) {
  PackTable packs;
  packs.Add(ref.pack);
  Encoder out;
  packs.EncodeTo(out);
  packs.EncodeRef(ref, out);
  return out.Take();
}

// nullopt: the bytes were refused.
std::optional<ObjectRef> DecodeOne(std::string_view bytes, size_t max_plain = kMaxChunkPlain) {
  Decoder in(bytes);
  const PackTable packs = PackTable::Decode(in, 10);
  const ObjectRef ref = packs.DecodeRef(in, max_plain);
  if (!in.AtEnd()) return std::nullopt;
  return ref;
}

TEST(PackTableOf, RoundTripsRefs) { EXPECT_EQ(DecodeOne(EncodeOne(SampleObject(1))), SampleObject(1)); }

TEST(PackTableOf, NamesEachPackOnce) {
  PackTable packs;
  for (int n = 0; n < 9; ++n) packs.Add(SampleObject(n).pack);
  Encoder out;
  packs.EncodeTo(out);
  EXPECT_EQ(out.bytes().size(), 1 + 3 * kIdSize);
}

TEST(PackTableOf, OwnPackIsNumberZero) {
  ObjectRef ref = SampleObject(1);
  ref.pack = {};
  const auto decoded = DecodeOne(EncodeOne(ref));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_TRUE(decoded->in_own_pack());
  EXPECT_EQ(Resolve(*decoded, SampleHolder()).pack, SampleHolder());
  EXPECT_EQ(Resolve(SampleObject(1), SampleHolder()), SampleObject(1));
}

TEST(PackTableOf, RefusesANumberOutsideTheTable) {
  Encoder out;
  out.Varint(0);  // number of packs
  out.Varint(1);  // the first pack, which does not exist
  out.Varint(16);
  out.Varint(1);
  out.Varint(1);
  out.Raw(Sha256("x").view());
  EXPECT_FALSE(DecodeOne(out.bytes()).has_value());
}

TEST(PackTableOf, RefusesMorePacksThanTheLimit) {
  Encoder out;
  out.Varint(11);
  for (int i = 0; i < 11; ++i) out.Raw(Sha256(std::to_string(i)).view());
  Decoder in(out.bytes());
  PackTable::Decode(in, 10);
  EXPECT_FALSE(in.ok());
}

TEST(PackTableOf, RefusesACountBeyondTheBytes) {
  Encoder out;
  out.Varint(3);
  out.Raw(Sha256("only one").view());
  Decoder in(out.bytes());
  PackTable::Decode(in, 10);
  EXPECT_FALSE(in.ok());
}

TEST(ObjectRefDecode, HoldsSizesAgainstTheLimits) {
  ObjectRef ref = SampleObject(1);
  ref.offset = kMaxPack;
  ref.stored_size = kMaxStored;
  ref.plain_size = kMaxChunkPlain;
  EXPECT_EQ(DecodeOne(EncodeOne(ref)), ref);
  ObjectRef bad = ref;
  bad.offset = kMaxPack + 1;
  EXPECT_FALSE(DecodeOne(EncodeOne(bad)).has_value());
  bad = ref;
  bad.stored_size = kMaxStored + 1;
  EXPECT_FALSE(DecodeOne(EncodeOne(bad)).has_value());
  bad = ref;
  bad.plain_size = kMaxChunkPlain + 1;
  EXPECT_FALSE(DecodeOne(EncodeOne(bad)).has_value());
  bad = ref;
  bad.stored_size = 0;
  EXPECT_FALSE(DecodeOne(EncodeOne(bad)).has_value());
  bad = ref;
  bad.offset = kPackHeaderSize - 1;
  EXPECT_FALSE(DecodeOne(EncodeOne(bad)).has_value()) << "it would lie in the pack's header";
}

TEST(ObjectRefDecode, RefusesTruncationAtEveryByte) {
  const std::string bytes = EncodeOne(SampleObject(1));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeOne(std::string_view(bytes).substr(0, size)).has_value()) << size;
}

TEST(PackPathOf, IsBelowTwoDigits) {
  const Id id = Sha256("x");
  EXPECT_EQ(PackPath(id), "packs/" + id.Hex().substr(0, 2) + "/" + id.Hex());
}

TEST(PackHeaderOf, IsKnownAgain) {
  EXPECT_EQ(PackHeader().size(), kPackHeaderSize);
  EXPECT_TRUE(IsPackHeader(PackHeader()));
  EXPECT_FALSE(IsPackHeader(PackHeader().substr(1)));
  std::string other = PackHeader();
  other[8] ^= 1;  // the version
  EXPECT_FALSE(IsPackHeader(other));
}

}  // namespace
}  // namespace rootstream

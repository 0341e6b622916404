#include "format/manifest.h"

#include <gtest/gtest.h>

#include "format/limits.h"
#include "tests/support/test_result.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

TEST(ManifestDecode, RoundTrips) {
  const auto decoded = Manifest::Decode(SampleManifest().Encode());
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(*decoded, SampleManifest());
}

TEST(ManifestDecode, RoundTripsTheSmallest) {
  Manifest manifest;
  manifest.root = SampleObject(1);
  const auto decoded = Manifest::Decode(manifest.Encode());
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(*decoded, manifest);
}

TEST(ManifestDecode, RefusesAnUnknownCriticalFeature) {
  Manifest manifest = SampleManifest();
  manifest.critical_features = uint64_t{1} << 63;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Manifest::Decode(manifest.Encode())));
}

TEST(ManifestDecode, TakesUnknownFeatures) {
  Manifest manifest = SampleManifest();
  manifest.features = UINT64_MAX;
  EXPECT_TRUE(IsOk(Manifest::Decode(manifest.Encode())));
}

TEST(ManifestDecode, RefusesAnotherVersionAsInvalid) {
  std::string bytes = SampleManifest().Encode();
  bytes[4] = 7;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Manifest::Decode(bytes)));
}

TEST(ManifestDecode, RejectsUnsortedKeys) {
  Manifest manifest = SampleManifest();
  std::swap(manifest.keys[0], manifest.keys[1]);
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
  manifest.keys[0] = manifest.keys[1];
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode()))) << "twice";
}

TEST(ManifestDecode, RejectsAThresholdThatCannotBeMet) {
  Manifest manifest = SampleManifest();
  manifest.threshold = 0;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
  manifest.threshold = 3;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
  manifest.keys.clear();
  manifest.threshold = 1;
  EXPECT_TRUE(IsOk(Manifest::Decode(manifest.Encode()))) << "an unsigned image";
}

TEST(ManifestDecode, RefusesTruncationAtEveryByte) {
  const std::string bytes = SampleManifest().Encode();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(std::string_view(bytes).substr(0, size)))) << size;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(bytes + "x")));
}

TEST(ManifestDecode, SurvivesAFlipOfAnyBit) {
  std::string bytes = SampleManifest().Encode();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] ^= static_cast<char>(1 << bit);
      if (const auto decoded = Manifest::Decode(bytes); decoded.ok()) {
        const auto again = Manifest::Decode(decoded->Encode());
        ASSERT_TRUE(IsOk(again));
        EXPECT_EQ(*again, *decoded);
      }
      bytes[at] ^= static_cast<char>(1 << bit);
    }
  }
}

TEST(ManifestDecode, RefusesWhatIsTooLarge) {
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(std::string(kMaxManifest + 1, 'R'))));
}

TEST(ManifestDecode, RefusesARootWithoutAPack) {
  Manifest manifest = SampleManifest();
  manifest.root.pack = {};
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
  manifest = SampleManifest();
  manifest.hot.data[1].pack = {};
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
}

TEST(ManifestDecode, HoldsCountsAgainstTheLimits) {
  Manifest manifest = SampleManifest();
  manifest.boot_entries.assign(kMaxBootEntries, {});
  EXPECT_TRUE(IsOk(Manifest::Decode(manifest.Encode())));
  manifest.boot_entries.push_back({});
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
  manifest = SampleManifest();
  manifest.hot.metadata.assign(kMaxHotLists + 1, SampleObject(1));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
  manifest = SampleManifest();
  manifest.keys.clear();
  for (uint8_t n = 0; n <= kMaxSignatures; ++n) manifest.keys.push_back(SampleKey(n));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
  manifest = SampleManifest();
  manifest.boot_entries[0].rules.assign(kMaxMatchRules + 1, {});
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode())));
}

TEST(ManifestDecode, RefusesRulesOfAnUnknownKind) {
  Manifest manifest = SampleManifest();
  for (const int kind : {0, 5, 255}) {
    manifest.boot_entries[1].rules[0].kind = static_cast<MatchKind>(kind);
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Manifest::Decode(manifest.Encode()))) << kind;
  }
}

}  // namespace
}  // namespace rootstream

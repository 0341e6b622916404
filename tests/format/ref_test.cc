#include "format/ref.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "format/limits.h"
#include "tests/support/test_result.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

constexpr int64_t kNow = 1750000000;  // before the sample expires

// Three publishers; the manifest allows the first two of them.
class RefCheck : public ::testing::Test {
 protected:
  RefCheck() {
    for (int i = 0; i < 3; ++i) keys_.push_back(SigningKey::Generate());
    std::sort(keys_.begin(), keys_.begin() + 2,
              [](const SigningKey& a, const SigningKey& b) { return a.public_key() < b.public_key(); });
    SetThreshold(1);
  }

  PublicKey Public(size_t n) const { return keys_[n].public_key(); }

  void SetThreshold(uint32_t threshold) {
    Manifest manifest = SampleManifest();
    manifest.keys = {Public(0), Public(1)};
    manifest.threshold = threshold;
    body_.manifest = manifest.Encode();
  }

  std::string SignedBy(std::initializer_list<size_t> signers) const {
    Ref ref{.body = body_.Encode()};
    for (const size_t n : signers) ref.signatures.push_back(keys_[n].Sign(ref.body));
    return ref.Encode();
  }

  TrustPolicy Trusting(std::initializer_list<size_t> trusted) const {
    TrustPolicy policy{.now = kNow};
    for (const size_t n : trusted) policy.keys.push_back(Public(n));
    return policy;
  }

  Result<TrustedRef> Check(const std::string& bytes, const TrustPolicy& policy) const {
    return CheckRef(bytes, body_.image, policy);
  }

  std::vector<SigningKey> keys_;
  RefBody body_ = SampleRefBody();
};

TEST_F(RefCheck, TakesWhatATrustedKeySigned) {
  const auto ref = Check(SignedBy({0}), Trusting({0}));
  ASSERT_TRUE(IsOk(ref));
  EXPECT_EQ(ref->body, body_);
  EXPECT_EQ(ref->manifest_id, Sha256(body_.manifest));
  EXPECT_EQ(ref->manifest.Encode(), body_.manifest);
}

TEST_F(RefCheck, SignRefSignsWithEveryKey) {
  const Ref ref = SignRef(body_, keys_);
  ASSERT_EQ(ref.signatures.size(), 3u);
  for (const Signature& signature : ref.signatures) EXPECT_TRUE(VerifySignature(signature, ref.body));
  EXPECT_TRUE(IsOk(Check(ref.Encode(), Trusting({0, 1}))));
}

TEST_F(RefCheck, RefusesWhatNoTrustedKeySigned) {
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({}), Trusting({0}))));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({1}), Trusting({0}))));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0}), Trusting({}))));
}

TEST_F(RefCheck, RefusesATrustedKeyOutsideTheKeySet) {
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({2}), Trusting({2}))));
}

TEST_F(RefCheck, InsecureTakesItUnsigned) {
  TrustPolicy policy = Trusting({});
  policy.insecure = true;
  EXPECT_TRUE(IsOk(Check(SignedBy({}), policy)));
}

TEST_F(RefCheck, ReachesTheThresholdWithDistinctKeysOnly) {
  SetThreshold(2);
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0}), Trusting({0, 1}))));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0, 0}), Trusting({0, 1}))));
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0, 2}), Trusting({0, 1, 2}))));
  EXPECT_TRUE(IsOk(Check(SignedBy({0, 1}), Trusting({0, 1}))));
}

TEST_F(RefCheck, OneSignatureIsEnoughForWhoTrustsOneKey) {
  SetThreshold(2);
  EXPECT_TRUE(IsOk(Check(SignedBy({1}), Trusting({1}))));
  EXPECT_TRUE(IsOk(Check(SignedBy({1}), Trusting({1, 1})))) << "the same key given twice";
}

TEST_F(RefCheck, KeepsTheThresholdItHasSeen) {
  TrustPolicy policy = Trusting({0, 1});
  policy.minimum_threshold = 2;
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0}), policy)));
  EXPECT_TRUE(IsOk(Check(SignedBy({0, 1}), policy)));
}

TEST_F(RefCheck, RefusesALowerSerialThanSeen) {
  TrustPolicy policy = Trusting({0});
  policy.minimum_serial = body_.serial;
  EXPECT_TRUE(IsOk(Check(SignedBy({0}), policy)));
  policy.minimum_serial = body_.serial + 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0}), policy)));
  policy.insecure = true;
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0}), policy)))
      << "an unsigned image does not go back either";
}

TEST_F(RefCheck, RefusesASerialBelowItsOwnMinimum) {
  body_.minimum_serial = body_.serial + 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0}), Trusting({0}))));
}

TEST_F(RefCheck, RefusesAnExpiredRef) {
  TrustPolicy policy = Trusting({0});
  policy.now = body_.expires;
  EXPECT_TRUE(IsOk(Check(SignedBy({0}), policy)));
  policy.now = body_.expires + 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, Check(SignedBy({0}), policy)));
  body_.expires = 0;
  EXPECT_TRUE(IsOk(Check(SignedBy({0}), policy))) << "0 is never";
}

TEST_F(RefCheck, RefusesAnotherNameOrTag) {
  for (const ImageName& other : {ImageName{"debian", "13"}, ImageName{"ubuntu", "12"}, ImageName{"debian", "latest"}})
    EXPECT_TRUE(FailsWith(ErrorKind::kUntrusted, CheckRef(SignedBy({0}), other, Trusting({0}))));
}

TEST_F(RefCheck, AFlipOfAnyBitNeverGivesAnotherBody) {
  std::string bytes = SignedBy({0, 1});
  size_t taken = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const uint8_t flip : {0x01, 0x80}) {
      bytes[at] ^= static_cast<char>(flip);
      const auto ref = Check(bytes, Trusting({0, 1}));
      if (ref.ok()) {
        ++taken;
        EXPECT_EQ(ref->body, body_) << at;
      }
      bytes[at] ^= static_cast<char>(flip);
    }
  }
  EXPECT_EQ(taken, 2 * 2 * 96u) << "only one of the two signatures may be damaged";
}

TEST_F(RefCheck, RefusesTruncationAtEveryByte) {
  const std::string bytes = SignedBy({0});
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Check(bytes.substr(0, size), Trusting({0})))) << size;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Check(bytes + "x", Trusting({0}))));
}

TEST_F(RefCheck, RefusesWhatIsNoRef) {
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Check("<html>captive portal</html>", Trusting({0}))));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Check(std::string(kMaxRef + 1, 'R'), Trusting({0}))));
}

TEST_F(RefCheck, RefusesAnUnknownVersionAsInvalid) {
  std::string bytes = SignedBy({0});
  bytes[4] = kFormatVersion + 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Check(bytes, Trusting({0}))));
}

TEST_F(RefCheck, RefusesAnUnknownVersionOfTheManifestAsInvalid) {
  body_.manifest[4] = kFormatVersion + 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Check(SignedBy({0}), Trusting({0}))));
}

TEST_F(RefCheck, RefusesMoreSignaturesThanTheLimit) {
  Ref ref{.body = body_.Encode()};
  ref.signatures.assign(kMaxSignatures, keys_[0].Sign(ref.body));
  EXPECT_TRUE(IsOk(Check(ref.Encode(), Trusting({0}))));
  ref.signatures.push_back(ref.signatures[0]);
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Check(ref.Encode(), Trusting({0}))));
}

TEST(RefBodyDecode, RoundTrips) {
  const auto body = Ref::DecodeBody(SampleRefBody().Encode());
  ASSERT_TRUE(IsOk(body));
  EXPECT_EQ(*body, SampleRefBody());
}

TEST(RefBodyDecode, RefusesANameThatIsNone) {
  for (const char* name : {"", "UPPER", "a/b", "..", "-a"}) {
    RefBody body = SampleRefBody();
    body.image.name = name;
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Ref::DecodeBody(body.Encode()))) << name;
  }
}

TEST(RefBodyDecode, RefusesAnUnknownVersionAsInvalid) {
  std::string bytes = SampleRefBody().Encode();
  bytes[15] = kFormatVersion + 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Ref::DecodeBody(bytes)));
}

TEST(RefBodyDecode, RefusesTooManyMirrors) {
  RefBody body = SampleRefBody();
  body.mirrors.assign(kMaxMirrors + 1, "http://m");
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Ref::DecodeBody(body.Encode())));
}

}  // namespace
}  // namespace rootstream

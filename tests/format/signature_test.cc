#include "format/signature.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(SignatureVerify, TakesWhatWasSigned) {
  const SigningKey key = SigningKey::Generate();
  const Signature signature = key.Sign("message");
  EXPECT_EQ(signature.key, key.public_key());
  EXPECT_TRUE(VerifySignature(signature, "message"));
}

TEST(SignatureVerify, RefusesAnythingElse) {
  const SigningKey key = SigningKey::Generate();
  Signature signature = key.Sign("message");
  EXPECT_FALSE(VerifySignature(signature, "massage"));
  EXPECT_FALSE(VerifySignature(signature, ""));
  for (uint8_t& byte : signature.bytes) {
    byte ^= 1;
    EXPECT_FALSE(VerifySignature(signature, "message"));
    byte ^= 1;
  }
  signature.key = SigningKey::Generate().public_key();
  EXPECT_FALSE(VerifySignature(signature, "message"));
}

TEST(SignatureVerify, RefusesKeysThatAreNone) {
  Signature signature = SigningKey::Generate().Sign("message");
  signature.key.bytes.fill(0xff);
  EXPECT_FALSE(VerifySignature(signature, "message"));
}

TEST(SigningKeyPem, RoundTrips) {
  const SigningKey key = SigningKey::Generate();
  const auto again = SigningKey::FromPem(key.ToPem());
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_EQ(again->Sign("m"), key.Sign("m"));
}

TEST(PublicKeyPem, RoundTrips) {
  const PublicKey key = SigningKey::Generate().public_key();
  const auto again = PublicKeyFromPem(PublicKeyToPem(key));
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(*again, key);
}

TEST(SigningKeyPem, RefusesSeveralKeysInOneFile) {
  const SigningKey key = SigningKey::Generate(), other = SigningKey::Generate();
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, SigningKey::FromPem(key.ToPem() + other.ToPem())));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid,
                        PublicKeyFromPem(PublicKeyToPem(key.public_key()) + PublicKeyToPem(other.public_key()))));
}

TEST(SigningKeyPem, RefusesWhatIsNoKey) {
  const std::string pem = SigningKey::Generate().ToPem();
  for (const std::string& bad : {std::string(), std::string("hello"), pem.substr(0, pem.size() / 2)})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, SigningKey::FromPem(bad)));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublicKeyFromPem(pem))) << "a private one";
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublicKeyFromPem("")));
}

class OpensslTool : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasProgram("openssl")) GTEST_SKIP() << "there is no openssl tool";
  }
  TempFolder folder_;
};

TEST_F(OpensslTool, ItsKeysAreRead) {
  ASSERT_EQ(RunCommand("openssl genpkey -algorithm ed25519 -out " + folder_ / "key"), 0);
  ASSERT_EQ(RunCommand("openssl pkey -in " + folder_ / "key" + " -pubout -out " + folder_ / "pub"), 0);
  const auto key = SigningKey::FromPem(ReadTestFile(folder_ / "key"));
  const auto pub = PublicKeyFromPem(ReadTestFile(folder_ / "pub"));
  ASSERT_TRUE(IsOk(key));
  ASSERT_TRUE(IsOk(pub));
  EXPECT_EQ(key->public_key(), *pub);
}

TEST_F(OpensslTool, VerifiesOurSignatures) {
  const SigningKey key = SigningKey::Generate();
  const Signature signature = key.Sign("message");
  WriteTestFile(folder_ / "pub", PublicKeyToPem(key.public_key()));
  WriteTestFile(folder_ / "message", "message");
  WriteTestFile(folder_ / "signature", signature.view());
  EXPECT_EQ(RunCommand("openssl pkeyutl -verify -rawin -pubin -inkey " + folder_ / "pub" + " -in " +
                       folder_ / "message" + " -sigfile " + folder_ / "signature" + " >/dev/null"),
            0);
}

TEST_F(OpensslTool, KeysOfOtherKindsAreRefused) {
  ASSERT_EQ(RunCommand("openssl genpkey -algorithm x25519 -out " + folder_ / "key"), 0);
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, SigningKey::FromPem(ReadTestFile(folder_ / "key"))));
}

TEST_F(OpensslTool, EncryptedKeysAreRefusedWithoutAsking) {
  ASSERT_EQ(RunCommand("openssl genpkey -algorithm ed25519 -aes-128-cbc -pass pass:secret -out " + folder_ / "key"), 0);
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, SigningKey::FromPem(ReadTestFile(folder_ / "key"))));
}

}  // namespace
}  // namespace rootstream

#include "cache/network/credentials.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

class CredentialsTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    WriteTestFile(folder_ / "file", text);
    return folder_ / "file";
  }
  const TempFolder folder_;
};

TEST_F(CredentialsTest, OfAnAuthFileGoToTheServerOfTheUrlOnly) {
  const auto read = Credentials::Read({.auth = Write("user:pass:word\n")}, "https://Host/s/debian");
  ASSERT_TRUE(IsOk(read));
  EXPECT_EQ(read->LoginFor("https://host:443/s/packs/1?x"), (Login{"user", "pass:word"}));
  for (const char* other : {"http://host/s", "https://host:444/s", "https://host.evil/s", "https://evil/@host/s"})
    EXPECT_EQ(read->LoginFor(other), std::nullopt) << other;
}

TEST_F(CredentialsTest, MayBeABearerToken) {
  for (const char* text : {"Bearer abc.def\n", "bearer  abc.def", "abc.def\r\n"}) {
    const auto read = Credentials::Read({.auth = Write(text)}, "http://host/s/debian");
    ASSERT_TRUE(IsOk(read));
    ASSERT_NE(read->BearerFor("http://host/s/x"), nullptr) << text;
    EXPECT_EQ(*read->BearerFor("http://host/s/x"), "abc.def");
    EXPECT_EQ(read->BearerFor("http://mirror/s/x"), nullptr);
    EXPECT_EQ(read->LoginFor("http://host/s/x"), std::nullopt);
  }
}

TEST_F(CredentialsTest, OfAnObjectStoreGoToTheServerOfTheUrlOnly) {
  const auto read = Credentials::Read(
      {.s3 = Write("[other]\nregion = no\n[default]\naws_access_key_id = A\naws_secret_access_key = S/+\n")},
      "http://host/b/s");
  ASSERT_TRUE(IsOk(read));
  ASSERT_NE(read->S3KeysFor("http://host/b/s/packs/1"), nullptr);
  EXPECT_EQ(read->S3KeysFor("http://host/x")->secret_key, "S/+");
  EXPECT_EQ(read->S3KeysFor("http://host/x")->region, "us-east-1");
  EXPECT_EQ(read->S3KeysFor("http://mirror/b/s"), nullptr);
  EXPECT_TRUE(
      FailsWith(ErrorKind::kInvalid, Credentials::Read({.s3 = Write("[default]\nregion = x\n")}, "http://a/b")));
}

TEST_F(CredentialsTest, OfANetrcGoToTheirHosts) {
  const auto read = Credentials::Read({.netrc = Write("# mine\nmachine a login u password p\n"
                                                      "macdef m\ncd /\nput x\n\n"
                                                      "machine b\n\tlogin \"u \\\"2\" account x password p2\n")},
                                      "http://a/s/debian");
  ASSERT_TRUE(IsOk(read));
  EXPECT_EQ(read->LoginFor("http://a/s"), (Login{"u", "p"}));
  EXPECT_EQ(read->LoginFor("https://B:8443/s"), (Login{"u \"2", "p2"}));
  EXPECT_EQ(read->LoginFor("http://c/s"), std::nullopt);
}

TEST_F(CredentialsTest, OfAnyHostAreTheNetrcsDefault) {
  const auto entries = ParseNetrc("machine a login u password p default login d password q");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].machine, "");
  EXPECT_EQ(entries[1].login, (Login{"d", "q"}));
}

TEST_F(CredentialsTest, ThatCannotBeReadAreRefusedByName) {
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, Credentials::Read({.auth = folder_ / "none"}, "http://a/b")));
  for (const char* text : {"", "\n", "a\nb", ":password", "x\x01y"}) {
    const auto read = Credentials::Read({.auth = Write(text)}, "http://a/b");
    ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, read)) << text;
    EXPECT_NE(read.error().message.find(folder_ / "file"), std::string::npos);
  }
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Credentials::Read({.netrc = Write("nothing")}, "http://a/b")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Credentials::Read({.ca = Write("nothing")}, "http://a/b")));
  const std::string no_key = Write("-----BEGIN CERTIFICATE-----\n");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Credentials::Read({.client_certificate = no_key}, "http://a/b")));
}

}  // namespace
}  // namespace rootstream

#include "store/s3/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

constexpr const char* kVariables[] = {"AWS_PROFILE",       "AWS_ACCESS_KEY_ID",   "AWS_SECRET_ACCESS_KEY",
                                      "AWS_SESSION_TOKEN", "AWS_REGION",          "AWS_DEFAULT_REGION",
                                      "AWS_ENDPOINT_URL",  "AWS_ENDPOINT_URL_S3", "AWS_CA_BUNDLE"};

class S3SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : kVariables) unsetenv(name);
    setenv("AWS_SHARED_CREDENTIALS_FILE", (folder_ / "credentials").c_str(), 1);
    setenv("AWS_CONFIG_FILE", (folder_ / "config").c_str(), 1);
  }
  void TearDown() override {
    for (const char* name : kVariables) unsetenv(name);
  }
  TempFolder folder_;
};

TEST_F(S3SettingsTest, WithoutAnythingAreAmazonsAndUnsigned) {
  const auto settings = ReadS3Settings({});
  ASSERT_TRUE(IsOk(settings));
  EXPECT_EQ(settings->keys.region, "us-east-1");
  EXPECT_EQ(settings->endpoint, "");
  EXPECT_EQ(settings->keys.access_key, "");
}

TEST_F(S3SettingsTest, OptionsComeBeforeVariablesBeforeFiles) {
  WriteTestFile(folder_ / "config", "[default]\nregion = file\nendpoint_url = http://file\n[profile p]\nregion = p\n");
  WriteTestFile(folder_ / "credentials",
                "[default]\naws_access_key_id = F\naws_secret_access_key = S\n[p]\n"
                "aws_access_key_id = P\naws_secret_access_key = PS\n");
  auto settings = ReadS3Settings({});
  ASSERT_TRUE(IsOk(settings));
  EXPECT_EQ(settings->keys.region + settings->endpoint + settings->keys.access_key, "filehttp://fileF");
  setenv("AWS_REGION", "variable", 1);
  setenv("AWS_ACCESS_KEY_ID", "V", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "VS", 1);
  settings = ReadS3Settings({});
  ASSERT_TRUE(IsOk(settings));
  EXPECT_EQ(settings->keys.region + settings->keys.access_key + settings->keys.secret_key, "variableVVS");
  settings = ReadS3Settings({.region = "option", .profile = "p"});
  ASSERT_TRUE(IsOk(settings));
  EXPECT_EQ(settings->keys.region + settings->keys.access_key + settings->keys.secret_key, "optionPPS");
}

TEST_F(S3SettingsTest, WhatCannotBeMeantIsRefused) {
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, ReadS3Settings({.profile = "none"})));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ReadS3Settings({.style = "sideways"})));
  setenv("AWS_ACCESS_KEY_ID", "V", 1);
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ReadS3Settings({}))) << "a key without its secret";
}

}  // namespace
}  // namespace rootstream

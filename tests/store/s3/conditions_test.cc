#include "store/s3/conditions.h"

#include <gtest/gtest.h>

#include "tests/support/fake_bucket.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

class S3ConditionsOf : public ::testing::Test {
 protected:
  Result<S3Conditions> Try(FakeBucket::Conditions kind) {
    bucket_.SetConditions(kind);
    bucket_.Put("mark", "bytes");
    RS_TRY(S3Settings settings, ReadS3Settings(bucket_.Options()));
    RS_TRY(S3Location location, S3Location::Parse("s3://bucket", settings));
    const S3Client client(location, settings);
    return S3Conditions::Of(client, "mark");
  }
  FakeBucket bucket_;
};

TEST_F(S3ConditionsOf, AServiceThatKeepsThem) {
  const auto conditions = Try(FakeBucket::Conditions::kKeeps);
  ASSERT_TRUE(IsOk(conditions));
  EXPECT_TRUE(conditions->are_kept);
  EXPECT_EQ(conditions->Header("\"a\""), "If-Match: \"a\"");
  EXPECT_EQ(conditions->Header(""), "If-None-Match: *");
  EXPECT_EQ(bucket_.Get("mark"), "bytes");
}

TEST_F(S3ConditionsOf, AServiceThatComparesTagsWithoutQuotes) {
  const auto conditions = Try(FakeBucket::Conditions::kComparesWithoutQuotes);
  ASSERT_TRUE(IsOk(conditions));
  EXPECT_TRUE(conditions->are_kept);
  EXPECT_EQ(conditions->Header("\"a\""), "If-Match: a");
}

TEST_F(S3ConditionsOf, AServiceThatIgnoresThem) {
  const auto conditions = Try(FakeBucket::Conditions::kIgnores);
  ASSERT_TRUE(IsOk(conditions));
  EXPECT_FALSE(conditions->are_kept);
  EXPECT_EQ(bucket_.Get("mark"), "bytes") << "it was written with its own bytes";
}

}  // namespace
}  // namespace rootstream

#include "store/s3/location.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

S3Settings At(const std::string& endpoint, const std::string& style = "") {
  S3Settings settings;
  settings.endpoint = endpoint;
  settings.keys.region = "eu-west-1";
  settings.style = style;
  return settings;
}

TEST(S3LocationParse, KnowsBucketPrefixAndEndpoint) {
  const auto location = S3Location::Parse("s3://bucket/a/b/", At("http://host:80/"));
  ASSERT_TRUE(IsOk(location));
  EXPECT_EQ(location->Shown(), "s3://bucket/a/b");
  EXPECT_EQ(location->Shown("packs/x"), "s3://bucket/a/b/packs/x");
  EXPECT_EQ(location->Url(location->Key("versions/debian:12/3")), "http://host:80/bucket/a/b/versions/debian%3A12/3");
  EXPECT_EQ(location->Url(""), "http://host:80/bucket");
  EXPECT_EQ(location->StoreUrl(), "http://host:80/bucket/a/b");
}

TEST(S3LocationParse, NamesTheBucketInTheHostOfAmazons) {
  const auto location = S3Location::Parse("s3://bucket", At(""));
  ASSERT_TRUE(IsOk(location));
  EXPECT_EQ(location->Url("x"), "https://bucket.s3.eu-west-1.amazonaws.com/x");
  EXPECT_EQ(location->Url("", {{"uploads", ""}}), "https://bucket.s3.eu-west-1.amazonaws.com/?uploads=");
  EXPECT_EQ(S3Location::Parse("s3://bucket", At("https://host", "virtual"))->Url("x"), "https://bucket.host/x");
}

TEST(S3LocationUrl, SortsAndEscapesItsQuery) {
  const auto location = S3Location::Parse("s3://bucket", At("http://h"));
  EXPECT_EQ(location->Url("", {{"prefix", "a b/:"}, {"list-type", "2"}}),
            "http://h/bucket?list-type=2&prefix=a%20b%2F%3A");
}

TEST(S3LocationParse, RefusesWhatIsNoBucket) {
  for (const char* text : {"s3://", "s3:///a", "s3://a", "s3://bu cket", "s3://bucket//a", "s3://bucket/a//b",
                           "s3://bucket/../a", "s3://bucket/a/./b", "s3://bucket/\x1b"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, S3Location::Parse(text, At("http://h")))) << text;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, S3Location::Parse("s3://bucket", At("ftp://h"))));
}

}  // namespace
}  // namespace rootstream

#include "store/s3/answers.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using std::chrono::system_clock;

std::string Sample(const std::string& name) {
  return ReadTestFile(std::string(ROOTSTREAM_TESTS) + "/corpus/s3_answers/" + name);
}

TEST(S3Listing, HasNamesSizesAndTimes) {
  const auto listing = ParseListing(Sample("listing"));
  ASSERT_TRUE(IsOk(listing));
  ASSERT_EQ(listing->objects.size(), 1u);
  EXPECT_EQ(listing->objects[0].name, "p:q/x");
  EXPECT_EQ(listing->objects[0].size, 4u);
  EXPECT_EQ(listing->objects[0].time, system_clock::from_time_t(1795811498) + std::chrono::milliseconds(488));
  EXPECT_EQ(listing->next, "tok");
}

TEST(S3Listing, ThatIsNoneIsCorrupt) {
  for (const std::string& text : {std::string(), std::string("<html>sign in</html>"), Sample("error"),
                                  std::string("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"),
                                  Sample("listing").substr(0, 300)})
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ParseListing(text))) << text;
}

TEST(S3Uploads, HaveNamesAndGoOn) {
  const auto uploads = ParseUploads(Sample("uploads"));
  ASSERT_TRUE(IsOk(uploads));
  ASSERT_EQ(uploads->uploads.size(), 1u);
  EXPECT_EQ(uploads->uploads[0].key, "packs/ab/x");
  EXPECT_EQ(uploads->uploads[0].id, "2~x");
  EXPECT_EQ(uploads->next_key, "k");
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ParseUploads(Sample("listing"))));
}

TEST(S3Answers, TellWhatWasBegunAndDoneAndRefused) {
  EXPECT_EQ(*ParseUploadId(Sample("upload-id")), "2~abc");
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ParseUploadId(Sample("error"))));
  EXPECT_EQ(ParseS3Error(Sample("error")).code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(ParseS3Error(Sample("error")).region, "eu-west-1");
  EXPECT_EQ(ParseS3Error("Bad Gateway").code, "");
  EXPECT_TRUE(IsDone("<CompleteMultipartUploadResult/>"));
  EXPECT_FALSE(IsDone(Sample("error"))) << "with status 200 it is still a refusal";
}

}  // namespace
}  // namespace rootstream

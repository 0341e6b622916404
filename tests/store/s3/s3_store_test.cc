// What a service does that fails; what every store does is in objects/object_store_test.cc.
#include "store/s3/s3_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/fake_bucket.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using Answer = FakeBucket::Answer;

class S3StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<S3Store> Open() { return S3Store::OpenOrCreate("s3://bucket/store", bucket_.Options()).value(); }
  // The next request that changes `name` gets this answer.
  void AnswerOnce(const std::string& changed, Answer answer) {
    bucket_.SetFault([changed, answer, is_done = false](const std::string& method, const std::string& name) mutable {
      if (is_done || method != "PUT" || name != "store/" + changed) return Answer::kUsual;
      is_done = true;
      return answer;
    });
  }
  FakeBucket bucket_;
};

TEST_F(S3StoreTest, AReplacementWhoseAnswerWasLostCounts) {
  for (const auto conditions : {FakeBucket::Conditions::kKeeps, FakeBucket::Conditions::kComparesWithoutQuotes,
                                FakeBucket::Conditions::kIgnores}) {
    bucket_.SetConditions(conditions);
    const auto store = Open();
    const std::string name = "images/a/" + std::to_string(static_cast<int>(conditions));
    for (const char* now : {"1", "2"}) {
      AnswerOnce(name, Answer::kUnavailableOnceDone);
      const auto was = store->Get(name, 0, 9);
      const auto done = store->Replace(name, was.ok() ? std::optional(*was) : std::nullopt, now);
      ASSERT_TRUE(IsOk(done));
      EXPECT_TRUE(*done);
      EXPECT_EQ(bucket_.Get("store/" + name), now);
    }
  }
}

TEST_F(S3StoreTest, AReplacementThatAnotherOvertookDoesNot) {
  const auto store = Open();
  ASSERT_TRUE(*store->Replace("images/a/b", std::nullopt, "1"));
  bucket_.SetFault([&](const std::string&, const std::string&) { return Answer::kUsual; });
  const auto other = Open();
  bucket_.TakeRequests();
  ASSERT_TRUE(*other->Replace("images/a/b", "1", "theirs"));
  EXPECT_FALSE(*store->Replace("images/a/b", "1", "mine"));
  EXPECT_EQ(bucket_.Get("store/images/a/b"), "theirs");
}

TEST_F(S3StoreTest, RenewsAllPacksByOneListing) {
  const auto store = Open();
  for (int i = 0; i < 9; ++i) bucket_.Put("store/packs/ab/" + std::to_string(i), "12345");
  ASSERT_TRUE(*store->TryLock(StoreLock::kShared));
  bucket_.TakeRequests();
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(store->Renew("packs/ab/" + std::to_string(i), 5));
  for (const std::string& request : bucket_.TakeRequests()) EXPECT_EQ(request, "GET ?prefix=store/packs/");
  EXPECT_FALSE(store->Renew("packs/ab/0", 6)) << "it is shorter";
  EXPECT_FALSE(store->Renew("packs/ab/none", 1));
  bucket_.Put("store/packs/ab/later", "1");
  EXPECT_TRUE(store->Renew("packs/ab/later", 1)) << "it came after the listing";
}

TEST_F(S3StoreTest, LooksAtOneNameToKnowThatNothingIsThere) {
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, S3Store::Open("s3://bucket/store", bucket_.Options())));
  for (int i = 0; i < 20; ++i) bucket_.Put("store/foreign" + std::to_string(i), "");
  bucket_.TakeRequests();
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, S3Store::Open("s3://bucket/store", bucket_.Options())));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, S3Store::OpenOrCreate("s3://bucket/store", bucket_.Options())));
  EXPECT_EQ(bucket_.TakeRequests().size(), 4u);
}

TEST_F(S3StoreTest, ReadersOfAPublicBucketNeedNoKeys) {
  const auto readers = Open()->ForReaders();
  ASSERT_TRUE(IsOk(readers));
  EXPECT_EQ(readers->url, bucket_.Options().endpoint + "/bucket/store");
}

}  // namespace
}  // namespace rootstream

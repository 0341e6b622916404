#include "store/s3/leases.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/fake_bucket.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

class LeaseTest : public ::testing::Test {
 protected:
  static S3Client Connect(const FakeBucket& bucket) {
    const S3Settings settings = ReadS3Settings(bucket.Options()).value();
    return {S3Location::Parse("s3://bucket/store", settings).value(), settings};
  }
  std::unique_ptr<Lease> Take(LeaseKind kind) { return Lease::TryTake(client_, kind).value(); }
  size_t Count() { return client_.List("leases/")->objects.size(); }

  FakeBucket bucket_;
  const S3Client client_ = Connect(bucket_);
};

TEST_F(LeaseTest, SharedOnesKeepAnExclusiveOneOut) {
  auto one = Take(LeaseKind::kShared);
  auto two = Take(LeaseKind::kShared);
  ASSERT_NE(one, nullptr);
  ASSERT_NE(two, nullptr);
  EXPECT_TRUE(IsOk(one->Check()));
  EXPECT_EQ(Take(LeaseKind::kExclusive), nullptr);
  one = nullptr;
  EXPECT_EQ(Take(LeaseKind::kExclusive), nullptr);
  two = nullptr;
  EXPECT_EQ(Count(), 0u) << "nothing stays behind";
  const auto exclusive = Take(LeaseKind::kExclusive);
  ASSERT_NE(exclusive, nullptr);
  EXPECT_EQ(Take(LeaseKind::kShared), nullptr);
  EXPECT_EQ(Take(LeaseKind::kExclusive), nullptr);
  EXPECT_NE(Take(LeaseKind::kTurn), nullptr) << "that is another matter";
}

TEST_F(LeaseTest, OneThatIsNotRenewedEndsByTheServicesClock) {
  bucket_.Put("store/leases/exclusive-of-a-machine-that-died", "");
  EXPECT_EQ(Take(LeaseKind::kShared), nullptr);
  bucket_.AdvanceClock(kLease - std::chrono::seconds(5));
  EXPECT_EQ(Take(LeaseKind::kShared), nullptr);
  bucket_.AdvanceClock(std::chrono::seconds(10));
  EXPECT_NE(Take(LeaseKind::kShared), nullptr);
  EXPECT_EQ(Count(), 0u);
}

TEST_F(LeaseTest, IsTakenThoughTheServiceIsDownForAMoment) {
  std::atomic<int> failures = 2;
  bucket_.SetFault([&](const std::string& method, const std::string&) {
    if (method != "PUT" || failures-- <= 0) return FakeBucket::Answer::kUsual;
    return FakeBucket::Answer::kUnavailableOnceDone;
  });
  EXPECT_NE(Take(LeaseKind::kShared), nullptr);
}

TEST_F(LeaseTest, OnlyOneHasItsTurn) {
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      const auto turn = Lease::Take(client_, LeaseKind::kTurn);
      ASSERT_TRUE(IsOk(turn));
      const int now = ++inside;
      if (now > most) most = now;
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      --inside;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(Count(), 0u);
}

}  // namespace
}  // namespace rootstream

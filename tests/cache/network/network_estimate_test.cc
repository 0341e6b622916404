#include "cache/network/network_estimate.h"

#include <gtest/gtest.h>

#include "tests/support/receive_body.h"

namespace rootstream {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class NetworkEstimateTest : public ::testing::Test {
 protected:
  void Receive(uint64_t bytes, uint64_t rate) { ReceiveBody(estimate_, now_, bytes, rate); }

  SteadyTime now_{seconds(1000)};
  NetworkEstimate estimate_;
};

TEST_F(NetworkEstimateTest, KnowsNothingAtFirst) {
  EXPECT_EQ(estimate_.round_trip(), microseconds(0));
  EXPECT_EQ(estimate_.bandwidth(), 0);
  EXPECT_GT(estimate_.Window(), 0u);
  EXPECT_EQ(estimate_.TimeFor(1'000'000, 0), microseconds(0));
}

TEST_F(NetworkEstimateTest, TheRoundTripIsTheLeastOfTheLast) {
  estimate_.NoteFirstByte(milliseconds(90));
  estimate_.NoteFirstByte(milliseconds(80));
  estimate_.NoteFirstByte(milliseconds(400));
  EXPECT_EQ(estimate_.round_trip(), milliseconds(80));
  for (int i = 0; i < 40; ++i) estimate_.NoteFirstByte(milliseconds(120));
  EXPECT_EQ(estimate_.round_trip(), milliseconds(120)) << "the estimate changed";
}

TEST_F(NetworkEstimateTest, TheBandwidthIsThatOfBusyTimeAlone) {
  for (int i = 0; i < 10; ++i) {
    Receive(100'000, 2'500'000);
    now_ += seconds(3);  // without a request
  }
  EXPECT_NEAR(estimate_.bandwidth(), 2'500'000, 25'000);
}

TEST_F(NetworkEstimateTest, ABodyThatComesAtOnceSaysNothing) {
  for (int i = 0; i < 100; ++i) {
    estimate_.BeginBody(now_);
    estimate_.NoteBytes(now_, 1'000'000);
    estimate_.EndBody(now_);
    now_ += seconds(1);
  }
  EXPECT_EQ(estimate_.bandwidth(), 0);
}

TEST_F(NetworkEstimateTest, AStallDoesNotMakeTheLineSlow) {
  Receive(1'000'000, 2'500'000);
  estimate_.BeginBody(now_);
  estimate_.NoteBytes(now_, 1000);
  now_ += seconds(2);
  estimate_.NoteBytes(now_, 1000);
  estimate_.EndBody(now_);
  EXPECT_NEAR(estimate_.bandwidth(), 2'500'000, 25'000);
}

TEST_F(NetworkEstimateTest, TheWindowFillsTheLineAndTheGapIsCheap) {
  estimate_.NoteFirstByte(milliseconds(80));
  Receive(1'000'000, 2'500'000);
  const uint64_t in_a_round_trip = 200'000;
  EXPECT_GE(estimate_.Window(), 2 * in_a_round_trip);
  EXPECT_LE(estimate_.Window(), 3 * in_a_round_trip);
  EXPECT_LT(estimate_.CheapGap(), in_a_round_trip);
  EXPECT_NEAR(static_cast<double>(estimate_.TimeFor(250'000, 0).count()), 100'000, 2'000);
  EXPECT_NEAR(static_cast<double>(estimate_.TimeFor(250'000, 2).count()), 300'000, 6'000) << "shared by three";
}

}  // namespace
}  // namespace rootstream

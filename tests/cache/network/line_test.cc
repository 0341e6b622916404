#include "cache/network/line.h"

#include <gtest/gtest.h>

#include "tests/support/receive_body.h"

namespace rootstream {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class LineTest : public ::testing::Test {
 protected:
  void Receive(uint64_t bytes, uint64_t rate) { ReceiveBody(line_, now_, bytes, rate); }

  SteadyTime now_{seconds(1000)};
  Line line_;
};

TEST_F(LineTest, KnowsNothingAtFirst) {
  EXPECT_EQ(line_.round_trip(), microseconds(0));
  EXPECT_EQ(line_.bandwidth(), 0);
  EXPECT_GT(line_.Window(), 0u);
  EXPECT_EQ(line_.TimeFor(1'000'000, 0), microseconds(0));
}

TEST_F(LineTest, TheRoundTripIsTheLeastOfTheLast) {
  line_.NoteFirstByte(milliseconds(90));
  line_.NoteFirstByte(milliseconds(80));
  line_.NoteFirstByte(milliseconds(400));
  EXPECT_EQ(line_.round_trip(), milliseconds(80));
  for (int i = 0; i < 40; ++i) line_.NoteFirstByte(milliseconds(120));
  EXPECT_EQ(line_.round_trip(), milliseconds(120)) << "the line changed";
}

TEST_F(LineTest, TheBandwidthIsThatOfBusyTimeAlone) {
  for (int i = 0; i < 10; ++i) {
    Receive(100'000, 2'500'000);
    now_ += seconds(3);  // nothing asked for
  }
  EXPECT_NEAR(line_.bandwidth(), 2'500'000, 25'000);
}

TEST_F(LineTest, ABodyThatComesAtOnceSaysNothing) {
  for (int i = 0; i < 100; ++i) {
    line_.BeginBody(now_);
    line_.NoteBytes(now_, 1'000'000);
    line_.EndBody(now_);
    now_ += seconds(1);
  }
  EXPECT_EQ(line_.bandwidth(), 0);
}

TEST_F(LineTest, AStallDoesNotMakeTheLineSlow) {
  Receive(1'000'000, 2'500'000);
  line_.BeginBody(now_);
  line_.NoteBytes(now_, 1000);
  now_ += seconds(2);
  line_.NoteBytes(now_, 1000);
  line_.EndBody(now_);
  EXPECT_NEAR(line_.bandwidth(), 2'500'000, 25'000);
}

TEST_F(LineTest, TheWindowFillsTheLineAndTheGapIsCheap) {
  line_.NoteFirstByte(milliseconds(80));
  Receive(1'000'000, 2'500'000);
  const uint64_t in_a_round_trip = 200'000;
  EXPECT_GE(line_.Window(), 2 * in_a_round_trip);
  EXPECT_LE(line_.Window(), 3 * in_a_round_trip);
  EXPECT_LT(line_.CheapGap(), in_a_round_trip);
  EXPECT_NEAR(static_cast<double>(line_.TimeFor(250'000, 0).count()), 100'000, 2'000);
  EXPECT_NEAR(static_cast<double>(line_.TimeFor(250'000, 2).count()), 300'000, 6'000) << "shared by three";
}

}  // namespace
}  // namespace rootstream

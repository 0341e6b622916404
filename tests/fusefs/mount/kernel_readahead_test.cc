#include "fusefs/mount/kernel_readahead.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"

namespace rootstream {
namespace {

class ReadaheadPolicyTest : public ::testing::Test {
 protected:
  ReadaheadPolicyTest() { WriteTestFile(path_, "16\n"); }
  std::string Now() const { return ReadTestFile(path_); }

  TempFolder folder_;
  const std::string path_ = folder_ / "read_ahead_kb";
  ReadaheadPolicy policy_{KernelReadahead(path_)};
};

TEST_F(ReadaheadPolicyTest, IsHighWhileNearlyAllReadsAreRuns) {
  policy_.Adjust(0.85, false);
  EXPECT_EQ(Now(), "16\n") << "not yet";
  policy_.Adjust(0.95, false);
  EXPECT_EQ(Now(), "512");
  policy_.Adjust(0.7, false);
  EXPECT_EQ(Now(), "512") << "a few other reads change nothing";
  policy_.Adjust(0.5, false);
  EXPECT_EQ(Now(), "16") << "as it was before";
}

TEST_F(ReadaheadPolicyTest, StaysLowWhereAProfileFits) {
  policy_.Adjust(0.95, true);
  EXPECT_EQ(Now(), "16\n");
  policy_.Adjust(0.95, false);
  EXPECT_EQ(Now(), "512");
  policy_.Adjust(0.95, true);
  EXPECT_EQ(Now(), "16");
}

TEST_F(ReadaheadPolicyTest, GoesBackToWhatSomebodySetMeanwhile) {
  policy_.Adjust(0.95, false);
  policy_.Adjust(0.5, false);
  WriteTestFile(path_, "64\n");
  policy_.Adjust(0.95, false);
  policy_.Adjust(0.5, false);
  EXPECT_EQ(Now(), "64");
}

TEST_F(ReadaheadPolicyTest, AMountThatHasGoneIsLeftAlone) {
  std::filesystem::remove(path_);
  policy_.Adjust(0.95, false);
  policy_.Adjust(0.5, false);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(KernelReadahead(path_).Get(), std::nullopt);
}

TEST_F(ReadaheadPolicyTest, AMountWithoutReadaheadHasAPageOnceItsHotRangeCame) {
  WriteTestFile(path_, "0\n");
  policy_.Adjust(0.95, false);
  EXPECT_EQ(Now(), "0\n") << "page by page, every read looks like a run";
  policy_.HotRangeCame();
  EXPECT_EQ(Now(), "4");
  policy_.Adjust(0.95, false);
  EXPECT_EQ(Now(), "512");
  policy_.Adjust(0.5, false);
  EXPECT_EQ(Now(), "4");
}

TEST_F(ReadaheadPolicyTest, AHotRangeThatCameChangesNoOtherMount) {
  policy_.HotRangeCame();
  EXPECT_EQ(Now(), "16\n");
}

constexpr NetworkState kNearby = {.rtt_ms = 0.3, .bandwidth = 100e6};
constexpr NetworkState kFarAway = {.rtt_ms = 80, .bandwidth = 2.5e6};

TEST(FirstReadaheadTest, IsAsADisksWhereTheServerIsAsNear) {
  EXPECT_EQ(FirstReadahead(Foreknowledge::kNone, kNearby, Tuning::kAdjustable), 128);
  EXPECT_EQ(FirstReadahead(Foreknowledge::kNone, kNearby, Tuning::kFixed), 16) << "a recording may begin";
}

TEST(FirstReadaheadTest, IsLowWhereRoundTripsCostTime) {
  EXPECT_EQ(FirstReadahead(Foreknowledge::kNone, kFarAway, Tuning::kAdjustable), 16);
  EXPECT_EQ(FirstReadahead(Foreknowledge::kNone, {.offline = true}, Tuning::kAdjustable), 16) << "nothing is known";
}

TEST(FirstReadaheadTest, IsNoneWhereReadsAreRecorded) {
  for (const Tuning tuning : {Tuning::kFixed, Tuning::kAdjustable})
    for (const NetworkState& network : {kNearby, kFarAway})
      EXPECT_EQ(FirstReadahead(Foreknowledge::kRecording, network, tuning), 0);
}

TEST(FirstReadaheadTest, IsNoneForAHotRangeFromAfarUnlessItWouldStaySo) {
  EXPECT_EQ(FirstReadahead(Foreknowledge::kHotRange, kFarAway, Tuning::kAdjustable), 0);
  EXPECT_EQ(FirstReadahead(Foreknowledge::kHotRange, kFarAway, Tuning::kFixed), 4);
  EXPECT_EQ(FirstReadahead(Foreknowledge::kHotRange, kNearby, Tuning::kAdjustable), 4);
}

}  // namespace
}  // namespace rootstream

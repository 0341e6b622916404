#include "fusefs/kernel_readahead.h"

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

TEST(FirstReadaheadTest, IsAsADisksWhereTheServerIsAsNear) {
  EXPECT_EQ(FirstReadahead(false, {.rtt_ms = 0.3, .bandwidth = 100e6}), 128);
}

TEST(FirstReadaheadTest, IsLowWhereRoundTripsCostTime) {
  EXPECT_EQ(FirstReadahead(false, {.rtt_ms = 80, .bandwidth = 2.5e6}), 16);
  EXPECT_EQ(FirstReadahead(false, {.offline = true}), 16) << "nothing is known";
}

TEST(FirstReadaheadTest, IsAPageWhereReadsAreRecordedOrForeseen) {
  EXPECT_EQ(FirstReadahead(true, {.rtt_ms = 0.3, .bandwidth = 100e6}), 4);
}

}  // namespace
}  // namespace rootstream

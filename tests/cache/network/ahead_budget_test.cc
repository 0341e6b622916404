#include "cache/network/ahead_budget.h"

#include <gtest/gtest.h>

#include "tests/support/receive_body.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;

NetworkEstimate EstimateOf(milliseconds round_trip, uint64_t rate) {
  NetworkEstimate estimate;
  SteadyTime now{std::chrono::seconds(1000)};
  estimate.NoteFirstByte(round_trip);
  ReceiveBody(estimate, now, rate / 2, rate);
  return estimate;
}

const NetworkEstimate kModest = EstimateOf(milliseconds(80), 2'500'000);  // 200,000 bytes in a round trip

TEST(GuessBudgetTest, IsSomeRoundTripsWorthOfBytes) {
  const double in_a_round_trip = 200'000;
  EXPECT_NEAR(static_cast<double>(GuessBudget(kModest, 1)), 3 * in_a_round_trip, 10'000);
  EXPECT_GT(GuessBudget(EstimateOf(milliseconds(160), 2'500'000), 1), GuessBudget(kModest, 1));
  EXPECT_LE(GuessBudget(EstimateOf(milliseconds(600), 100'000'000), 1), uint64_t{4} << 20) << "memory has its limits";
}

TEST(GuessBudgetTest, ShrinksAsGuessesAreWrong) {
  EXPECT_EQ(GuessBudget(kModest, 0), 0u);
  EXPECT_LT(GuessBudget(kModest, 0.2), GuessBudget(kModest, 0.4));
  EXPECT_EQ(GuessBudget(kModest, 0.5), GuessBudget(kModest, 1));
}

TEST(GuessBudgetTest, FewerNeedBeRightWhereARoundTripCostsMore) {
  const NetworkEstimate far = EstimateOf(milliseconds(300), 2'500'000);
  EXPECT_EQ(GuessBudget(far, 0.2), GuessBudget(far, 1));
  EXPECT_LT(GuessBudget(kModest, 0.2), GuessBudget(kModest, 1));
  const NetworkEstimate farther = EstimateOf(milliseconds(600), 100'000'000);
  EXPECT_LT(GuessBudget(farther, 0.05), GuessBudget(farther, 1)) << "however far it is, a tenth must be";
  EXPECT_EQ(GuessBudget(farther, 0.11), GuessBudget(farther, 1));
}

TEST(GuessBudgetTest, IsSmallWhileTheLineIsNotKnown) {
  EXPECT_GT(GuessBudget(NetworkEstimate(), 0.5), 0u);
  EXPECT_LT(GuessBudget(NetworkEstimate(), 0.5), GuessBudget(kModest, 0.5));
}

TEST(SurveyBudgetTest, HasRoomForARootFilesystemsMetadataOnAnyLine) {
  EXPECT_EQ(SurveyBudget(NetworkEstimate()), uint64_t{512} << 10);
  EXPECT_NEAR(static_cast<double>(SurveyBudget(kModest)), 16 * 200'000.0, 50'000);
  EXPECT_EQ(SurveyBudget(EstimateOf(milliseconds(600), 100'000'000)), uint64_t{4} << 20);
}

}  // namespace
}  // namespace rootstream

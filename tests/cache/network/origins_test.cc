#include "cache/network/origins.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kNow = SteadyTime() + std::chrono::hours(1);

Flight Demand() {
  Flight flight;
  flight.priority = Priority::kDemand;
  flight.ref.stored_size = 100'000;
  return flight;
}

Origins Three() {
  Origins origins;
  origins.Add({"http://a", "http://b", "http://a", "http://c"}, std::nullopt);
  return origins;
}

// Notes that the origin delivered for a second, at `rate` bytes a second.
void NoteSpeed(Origin& origin, double rate) {
  origin.NoteFirstByte(kNow, milliseconds(20));
  origin.NoteBody(kNow, static_cast<uint64_t>(rate), seconds(1));
}

TEST(OriginsAdd, KnowsEachStoreOnce) {
  const Origins origins = Three();
  ASSERT_EQ(origins.size(), 3u);
  EXPECT_EQ(origins[2].store_url(), "http://c");
}

TEST(OriginsPick, TakesTheFirstWhileNothingIsKnown) {
  const Origins origins = Three();
  EXPECT_EQ(origins.Pick(Demand(), kNow), 0u);
}

TEST(OriginsPick, TakesTheFastestForADemand) {
  Origins origins = Three();
  NoteSpeed(origins[0], 100'000);
  NoteSpeed(origins[1], 5'000'000);
  EXPECT_EQ(origins.Pick(Demand(), kNow), 1u);
}

TEST(OriginsPick, MeasuresAnotherOnlyWithWhatNobodyWaitsFor) {
  Origins origins = Three();
  NoteSpeed(origins[0], 1'000'000);
  NoteSpeed(origins[1], 500'000);
  Flight fill = Demand();
  fill.priority = Priority::kBackground;
  EXPECT_EQ(origins.Pick(fill, kNow), 2u);
  origins[2].under_way = 1;
  EXPECT_EQ(origins.Pick(fill, kNow), 0u) << "one request at a time";
  EXPECT_EQ(origins.Pick(Demand(), kNow), 0u);
}

TEST(OriginsPick, LeavesOutWhoLacksItWhoIsDownAndWhoIsSilent) {
  Origins origins = Three();
  Flight flight = Demand();
  flight.missing_at = {0};
  EXPECT_EQ(origins.Pick(flight, kNow), 1u);
  origins[1].NoteFailure(kNow, kNow, seconds(0));
  EXPECT_EQ(origins.Pick(flight, kNow), 2u);
  origins[2].NoteFailure(kNow, kNow, seconds(0));
  EXPECT_EQ(origins.Pick(flight, kNow), std::nullopt);
  EXPECT_FALSE(origins.are_down());
  Origins others = Three();
  others[0].is_silent = true;
  EXPECT_EQ(others.Pick(Demand(), kNow), 1u);
}

TEST(OriginsPickInstead, LeavesOnlyAServerThatIsMuchSlower) {
  Origins origins = Three();
  NoteSpeed(origins[0], 10'000);
  NoteSpeed(origins[1], 10'000'000);
  EXPECT_EQ(origins.PickInstead(Demand(), 0, seconds(10), false, kNow), 1u);
  EXPECT_EQ(origins.PickInstead(Demand(), 0, milliseconds(40), false, kNow), std::nullopt) << "hardly sooner";
  EXPECT_EQ(origins.PickInstead(Demand(), 1, seconds(10), false, kNow), std::nullopt) << "it is the fastest";
}

TEST(OriginsPickInstead, LeavesASilentServerForOneNobodyKnows) {
  Origins origins = Three();
  origins[0].is_silent = true;
  EXPECT_EQ(origins.PickInstead(Demand(), 0, milliseconds(0), true, kNow), 1u);
  EXPECT_EQ(origins.PickInstead(Demand(), 0, milliseconds(0), false, kNow), std::nullopt);
  origins[1].is_silent = true;
  origins[2].is_silent = true;
  EXPECT_EQ(origins.PickInstead(Demand(), 0, milliseconds(0), true, kNow), std::nullopt);
}

TEST(OriginsAreDown, WhenEachOneIs) {
  Origins origins = Three();
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(origins.are_down());
    origins[i].NoteFailure(kNow + seconds(i), kNow + seconds(i), seconds(0));
  }
  EXPECT_TRUE(origins.are_down());
  EXPECT_EQ(origins.down_since(), kNow + seconds(2));
  EXPECT_FALSE(origins.MayAsk(kNow));
  EXPECT_TRUE(origins.MayAsk(kNow + seconds(60)));
}

}  // namespace
}  // namespace rootstream

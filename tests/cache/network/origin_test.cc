#include "cache/network/origin.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart = SteadyTime() + std::chrono::hours(1);

// The delay after a failure at `at` until the origin may be asked again.
milliseconds DelayAfter(const Origin& origin, SteadyTime at) {
  milliseconds delay{0};
  while (!origin.MayAsk(at + delay)) delay += milliseconds(1);
  return delay;
}

TEST(OriginBackOff, IsUpAtFirst) {
  const Origin origin("http://a");
  EXPECT_FALSE(origin.is_down());
  EXPECT_TRUE(origin.MayAsk(kStart));
}

TEST(OriginBackOff, GrowsWithJitterUpToItsLimit) {
  Origin origin("http://a");
  SteadyTime now = kStart;
  milliseconds full{250};
  for (int failure = 0; failure < 40; ++failure) {
    origin.NoteAsked(now);
    origin.NoteFailure(now, now, seconds(0));
    const milliseconds delay = DelayAfter(origin, now);
    EXPECT_GE(delay, full / 2) << failure;
    EXPECT_LE(delay, full) << failure;
    now += delay;
    full = std::min(full * 2, milliseconds(5000));
  }
}

TEST(OriginBackOff, EndsWithAnAnswer) {
  Origin origin("http://a");
  for (int i = 0; i < 10; ++i) {
    origin.NoteAsked(kStart);
    origin.NoteFailure(kStart, kStart, seconds(0));
  }
  EXPECT_TRUE(origin.is_down());
  origin.NoteAnswer(kStart);
  EXPECT_FALSE(origin.is_down());
  EXPECT_TRUE(origin.MayAsk(kStart));
  origin.NoteFailure(kStart, kStart, seconds(0));
  EXPECT_LE(DelayAfter(origin, kStart), milliseconds(250)) << "counted from the start again";
}

TEST(OriginBackOff, HonoursRetryAfterWithinReason) {
  Origin origin("http://a");
  origin.NoteFailure(kStart, kStart, seconds(20));
  EXPECT_EQ(DelayAfter(origin, kStart), seconds(20));
  origin.NoteAnswer(kStart);
  origin.NoteFailure(kStart, kStart, seconds(1'000'000));
  EXPECT_EQ(DelayAfter(origin, kStart), seconds(30));
}

TEST(OriginBackOff, AsksWithOneRequestAtATime) {
  Origin origin("http://a");
  origin.NoteFailure(kStart, kStart, seconds(0));
  const SteadyTime later = kStart + seconds(10);
  ASSERT_TRUE(origin.MayAsk(later));
  origin.NoteAsked(later);
  EXPECT_FALSE(origin.MayAsk(later + milliseconds(1)));
}

TEST(OriginBackOff, CountsFailuresThatCameTogetherOnce) {
  Origin origin("http://a");
  for (int i = 0; i < 8; ++i) origin.NoteFailure(kStart, kStart, seconds(0));
  EXPECT_LE(DelayAfter(origin, kStart), milliseconds(250));
}

TEST(OriginBackOff, IsDownSinceItsLastByte) {
  Origin origin("http://a");
  origin.NoteFailure(kStart, kStart - seconds(5), seconds(0));
  EXPECT_EQ(origin.down_since(), kStart - seconds(5));
  origin.NoteAsked(kStart + seconds(5));
  origin.NoteFailure(kStart + seconds(6), kStart + seconds(5), seconds(0));
  EXPECT_EQ(origin.down_since(), kStart - seconds(5));
}

TEST(OriginTimeFor, IsWhatItDelivered) {
  Origin origin("http://a");
  EXPECT_EQ(origin.TimeFor(1000, kStart), std::nullopt);
  origin.NoteFirstByte(kStart, milliseconds(80));
  EXPECT_EQ(origin.TimeFor(1000, kStart), milliseconds(80)) << "no body to speak of yet";
  origin.NoteBody(kStart, 250'000, milliseconds(100));
  EXPECT_EQ(origin.TimeFor(125'000, kStart), milliseconds(130));
}

TEST(OriginTimeFor, FollowsTheLineAndIsForgottenWhenItIsOld) {
  Origin origin("http://a");
  origin.NoteFirstByte(kStart, milliseconds(80));
  for (int i = 0; i < 50; ++i) origin.NoteBody(kStart, 250'000, milliseconds(100));
  for (int i = 0; i < 50; ++i) origin.NoteBody(kStart, 25'000, milliseconds(100));
  const auto slow = origin.TimeFor(25'000, kStart);
  ASSERT_TRUE(slow.has_value());
  EXPECT_NEAR(static_cast<double>(slow->count()), 180'000, 10'000);
  EXPECT_EQ(origin.TimeFor(25'000, kStart + std::chrono::minutes(1)), std::nullopt);
}

}  // namespace
}  // namespace rootstream

#include "cache/network/patience.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart = SteadyTime() + std::chrono::hours(1);

TEST(Patience, IsOverWhenNothingCameForItsTime) {
  Patience patience(seconds(60), kStart);
  EXPECT_FALSE(patience.IsOver(kStart + seconds(59)));
  EXPECT_TRUE(patience.IsOver(kStart + seconds(60)));
  patience.NoteProgress(kStart + seconds(50));
  EXPECT_FALSE(patience.IsOver(kStart + seconds(109)));
  EXPECT_EQ(patience.Left(kStart + seconds(100)), seconds(10));
}

TEST(Patience, OfNoLimitIsNeverOver) {
  const Patience patience(std::nullopt, kStart);
  EXPECT_FALSE(patience.IsOver(kStart + std::chrono::hours(1000)));
  EXPECT_EQ(patience.Left(kStart), std::nullopt);
}

TEST(Patience, TakesWhatDripsForNothing) {
  Patience patience(seconds(60), kStart);
  SteadyTime now = kStart;
  for (; now < kStart + seconds(60); now += seconds(1)) patience.NoteBytes(now, 150);
  EXPECT_TRUE(patience.IsOver(now));
}

TEST(Patience, GoesOnWithASlowLine) {
  Patience patience(seconds(60), kStart);
  SteadyTime now = kStart;
  for (; now < kStart + seconds(600); now += seconds(1)) {
    patience.NoteBytes(now, 3000);
    EXPECT_FALSE(patience.IsOver(now));
  }
}

TEST(Patience, AsksSeveralTimesWithinItsLimitWhateverTheServerSays) {
  for (const seconds limit : {seconds(1), seconds(8), seconds(60)}) {
    Patience patience(limit, kStart);
    SteadyTime now = kStart;
    int tries = 0;
    for (; !patience.IsOver(now); now = patience.next_try(), ++tries) patience.NoteFailure(now, seconds(1'000'000'000));
    EXPECT_GE(tries, 4);
    EXPECT_LE(tries, 6);
  }
}

TEST(Patience, HonoursRetryAfterWithinReason) {
  Patience patience(std::nullopt, kStart);
  patience.NoteFailure(kStart, seconds(20));
  EXPECT_EQ(patience.next_try(), kStart + seconds(20));
  patience.NoteFailure(kStart, seconds(86400));
  EXPECT_LE(patience.next_try(), kStart + seconds(30));
}

}  // namespace
}  // namespace rootstream

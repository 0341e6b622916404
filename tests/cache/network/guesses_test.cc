#include "cache/network/guesses.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

Id Number(int n) { return Sha256(std::to_string(n)); }

TEST(GuessesWorth, GrowsWhenTheyAreUsed) {
  Guesses guesses;
  const double before = guesses.worth();
  for (int i = 0; i < 200; ++i) {
    guesses.Made(Number(i));
    guesses.Used(Number(i));
    guesses.Used(Number(i));  // counts once
  }
  EXPECT_GT(guesses.worth(), before);
  EXPECT_GT(guesses.worth(), 0.99);
}

TEST(GuessesWorth, FallsToNothingWhenTheyAreNot) {
  Guesses guesses;
  for (int i = 0; i < 1000; ++i) guesses.Made(Number(i));
  EXPECT_LT(guesses.worth(), 0.01);
}

TEST(GuessesWorth, IsNotChangedByWhatWasNotGuessed) {
  Guesses guesses;
  const double before = guesses.worth();
  for (int i = 0; i < 1000; ++i) guesses.Used(Number(i));
  EXPECT_EQ(guesses.worth(), before);
}

TEST(GuessesWorth, IsTheShareThatWasRight) {
  Guesses guesses;
  for (int i = 0; i < 2000; ++i) {
    guesses.Made(Number(i));
    if (i % 4 == 0) guesses.Used(Number(i));
  }
  EXPECT_NEAR(guesses.worth(), 0.25, 0.12);
}

}  // namespace
}  // namespace rootstream

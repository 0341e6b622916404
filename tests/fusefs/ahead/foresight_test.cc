#include "fusefs/ahead/foresight.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

const Id kHot = Sha256("hot"), kCold = Sha256("cold");

TEST(ForesightTest, KnowsNothingBeforeItIsTold) {
  Foresight foresight;
  EXPECT_FALSE(foresight.IsHot(kHot));
  EXPECT_FALSE(foresight.MayForesee(kHot)) << "there is no hot range";
  EXPECT_FALSE(foresight.NoteRead(kCold));
  EXPECT_EQ(foresight.unforeseen(), 1.0);
  EXPECT_TRUE(foresight.FitsReads()) << "until reads tell";
  EXPECT_TRUE(foresight.NamesNearlyNothing());
  EXPECT_EQ(foresight.GuessBudget(1000), 1000u);
  foresight.ExpectObjects();
  EXPECT_TRUE(foresight.MayForesee(kCold)) << "it may yet turn out to be";
  EXPECT_FALSE(foresight.IsHot(kHot));
}

TEST(ForesightTest, LearnsFromReads) {
  Foresight foresight;
  foresight.ExpectObjects();
  foresight.SetObjects({kHot});
  EXPECT_TRUE(foresight.IsHot(kHot));
  EXPECT_FALSE(foresight.MayForesee(kCold));
  EXPECT_TRUE(foresight.NoteRead(kCold)) << "it no longer fits";
  EXPECT_FALSE(foresight.FitsReads());
  int reads = 0;
  while (!foresight.NoteRead(kHot)) ASSERT_LT(++reads, 100);
  EXPECT_TRUE(foresight.FitsReads());
  EXPECT_FALSE(foresight.NamesNearlyAll());
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(foresight.NoteRead(kHot));
  EXPECT_TRUE(foresight.NamesNearlyAll());
  EXPECT_LT(foresight.GuessBudget(1000), 100u);
  EXPECT_FALSE(foresight.NoteRead(kCold)) << "one read more or less";
  EXPECT_TRUE(foresight.FitsReads());
}

}  // namespace
}  // namespace rootstream

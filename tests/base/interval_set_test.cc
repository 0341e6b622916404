#include "base/interval_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace rootstream {
namespace {

using Parts = std::vector<Interval>;

TEST(IntervalSetAdd, GivesWhatIsNew) {
  IntervalSet set;
  EXPECT_EQ(set.Add(10, 20), (Parts{{10, 20}}));
  EXPECT_EQ(set.Add(10, 20), Parts());
  EXPECT_EQ(set.Add(0, 5), (Parts{{0, 5}}));
  EXPECT_EQ(set.Add(3, 12), (Parts{{5, 10}}));
  EXPECT_EQ(set.Add(0, 30), (Parts{{20, 30}}));
  EXPECT_EQ(set.Add(7, 7), Parts());
}

// Differential test: compares with a set of single bytes.
TEST(IntervalSetAdd, AgreesWithASetOfBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    IntervalSet set;
    std::set<uint64_t> bytes;
    for (int i = 0; i < 30; ++i) {
      const uint64_t begin = random() % 40, end = begin + random() % 10;
      std::set<uint64_t> expected, given;
      for (uint64_t at = begin; at < end; ++at)
        if (bytes.insert(at).second) expected.insert(at);
      for (const Interval& part : set.Add(begin, end))
        for (uint64_t at = part.begin; at < part.end; ++at) EXPECT_TRUE(given.insert(at).second);
      ASSERT_EQ(given, expected);
    }
  }
}

}  // namespace
}  // namespace rootstream

#include "base/pause.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

using std::chrono::milliseconds;

TEST(PauseJittered, LeavesHalfToChance) {
  bool differs = false;
  for (int i = 0; i < 200; ++i) {
    const milliseconds pause = Jittered(milliseconds(1000));
    EXPECT_GE(pause, milliseconds(500));
    EXPECT_LE(pause, milliseconds(1000));
    differs = differs || pause != Jittered(milliseconds(1000));
  }
  EXPECT_TRUE(differs);
}

TEST(GrowingPause, DoublesUpToItsLongest) {
  GrowingPause pause(milliseconds(1), milliseconds(3));
  EXPECT_EQ(pause.next(), milliseconds(1));
  EXPECT_TRUE(pause.Sleep());
  EXPECT_EQ(pause.next(), milliseconds(2));
  EXPECT_TRUE(pause.Sleep());
  EXPECT_EQ(pause.next(), milliseconds(3));
}

}  // namespace
}  // namespace rootstream

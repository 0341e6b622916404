// Covers: base/thread.cc.
#include "base/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>

namespace rootstream {
namespace {

TEST(WorkersTest, EndRunsWhatWasPushed) {
  std::atomic<int> ran = 0;
  Workers workers(2);
  for (int i = 0; i < 100; ++i) workers.Push(1000, [&] { ++ran; });
  workers.End();
  EXPECT_EQ(ran, 100);
}

TEST(WorkersTest, WhatIsTriedOnceTheyEndIsRefused) {
  Workers workers(2);
  std::atomic<bool> refused = false;
  std::function<void()> again = [&] {
    if (!workers.TryPush(again)) refused = true;
  };
  ASSERT_TRUE(workers.TryPush(again));
  workers.End();  // would never return if TryPush still accepted work
  EXPECT_TRUE(refused);
  EXPECT_FALSE(workers.TryPush([] {})) << "nor afterwards";
}

TEST(WorkersTest, OptionalWorkIsLeftOutWhileTheBacklogIsFull) {
  Workers workers(1);
  std::promise<void> begun, may_go_on;
  workers.Push(0, [&] {
    begun.set_value();
    may_go_on.get_future().wait();
  });
  begun.get_future().wait();
  std::atomic<int> ran = 0;
  int taken = 0;
  while (taken < 1000 && workers.TryPush([&] { ++ran; })) ++taken;
  EXPECT_GT(taken, 0);
  EXPECT_LT(taken, 1000);
  may_go_on.set_value();
  workers.End();
  EXPECT_EQ(ran, taken);
}

}  // namespace
}  // namespace rootstream

// Covers: base/nested_call.cc.
#include "base/callback.h"

#include <gtest/gtest.h>

#include "base/thread.h"

namespace rootstream {
namespace {

// Makes `left` calls one after another: each callback is called at once, and makes the next call.
void AskAgain(int left, const Callback<int>& done) {
  if (left == 0) return done(0);
  const Callback<int> next([left, done](const Result<int>&) { AskAgain(left - 1, done); });
  next(left);
}

TEST(Callback, AChainOfAnswersAtOnceTakesLittleStack) {
  bool answered = false;
  Thread small("small", [&] { AskAgain(300'000, Callback<int>([&](const Result<int>&) { answered = true; })); });
  small.Join();
  EXPECT_TRUE(answered);
}

TEST(Callback, AnswersAreMadeOnceAndAllBeforeTheOutermostReturns) {
  int answers = 0;
  const std::function<void(int)> spread = [&](int depth) {
    ++answers;
    if (depth == 0) return;
    const Callback<int> both([&, depth](const Result<int>&) { spread(depth - 1); });
    both(1);
    both(2);
  };
  const Callback<int> outermost([&](const Result<int>&) { spread(14); });
  outermost(1);
  EXPECT_EQ(answers, (1 << 15) - 1);
}

TEST(NestedCall, MakesACallAtOnceWhereFewAreUnderWay) {
  bool made = false;
  NestedCall::Make([&] { made = true; });
  EXPECT_TRUE(made);
}

TEST(WaiterList, LetsGoOfWhoHasLeft) {
  WaiterList<int> waiters;
  const auto stays = std::make_shared<std::atomic<bool>>(true);
  int answered = 0;
  const auto answer = [&](const Result<int>&) { ++answered; };
  (void)waiters.Add({answer, stays});
  size_t gone = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto leaves = std::make_shared<std::atomic<bool>>(true);
    gone += waiters.Add({answer, leaves}).size();
    *leaves = false;
    ASSERT_LE(waiters.size(), 32u);
  }
  EXPECT_GT(gone, 99'000u);
  const auto all = waiters.TakeAll();
  EXPECT_TRUE(waiters.empty());
  int wanted = 0;
  for (const auto& waiter : all) wanted += waiter.is_wanted() ? 1 : 0;
  EXPECT_EQ(wanted, 1);
  all.front()(1);
  EXPECT_EQ(answered, 1);
}

TEST(WaiterList, KeepsAllThatAreWanted) {
  WaiterList<int> waiters;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(waiters.Add([](const Result<int>&) {}).empty());
  EXPECT_EQ(waiters.TakeAll().size(), 1000u);
}

}  // namespace
}  // namespace rootstream

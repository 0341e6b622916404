#include "fusefs/mount/continue_timer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace rootstream {
namespace {

// A process that keeps postponing its timer, as a daemon's loop does, or one that never does so.
class StoppedProcess : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP()
        << "a process that was forked under ThreadSanitizer is not continued; e2e.stopped_daemon shows the real one";
#endif
    std::array<int, 2> ends;
    ASSERT_EQ(pipe(ends.data()), 0);
    child_ = fork();
    if (child_ == 0) Run(ends[1], GetParam());
    close(ends[1]);
    char began = 0;
    EXPECT_EQ(read(ends[0], &began, 1), 1);  // waits until the process has its timer
    close(ends[0]);
  }
  [[noreturn]] static void Run(int tell, bool has_turns) {
    auto timer = ContinueTimer::Start();
    if (!timer.ok() || write(tell, "x", 1) != 1) _exit(1);
    while (true) {
      if (has_turns) timer->Push();
      usleep(100'000);
    }
  }
  void TearDown() override {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  // The status of the child's next change of state.
  int Wait(int options) const {
    int status = 0;
    EXPECT_EQ(waitpid(child_, &status, options), child_);
    return status;
  }

  pid_t child_ = -1;
};

TEST_P(StoppedProcess, GoesOnByItself) {
  for (int time = 0; time < 3; ++time) {
    kill(child_, SIGSTOP);
    EXPECT_TRUE(WIFSTOPPED(Wait(WUNTRACED)));
    EXPECT_TRUE(WIFCONTINUED(Wait(WCONTINUED)));
  }
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfterItsTurn, StoppedProcess, ::testing::Bool());

class RunningProcess : public StoppedProcess {};
INSTANTIATE_TEST_SUITE_P(WithTurns, RunningProcess, ::testing::Values(true));

TEST_P(RunningProcess, IsLeftAlone) {
  std::this_thread::sleep_for(2 * ContinueTimer::kAfter);
  int status = 0;
  EXPECT_EQ(waitpid(child_, &status, WNOHANG | WCONTINUED | WUNTRACED), 0);
}

}  // namespace
}  // namespace rootstream

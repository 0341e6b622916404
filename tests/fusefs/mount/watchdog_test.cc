#include "fusefs/mount/watchdog.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tests/support/test_connection.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;

UniqueFd CaughtTerm() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return UniqueFd(signalfd(-1, &set, SFD_CLOEXEC));
}

void WriteLog(const std::string& text) { dprintf(2, "%s\n", text.c_str()); }

[[noreturn]] void Hang() {
  while (true) pause();
}

TEST(ConnectionState, IsGoneWhenTheKernelHasEndedIt) {
  TestConnection connection;
  EXPECT_FALSE(ConnectionIsGone(connection.device.get()));
  connection.other.Close();
  EXPECT_TRUE(ConnectionIsGone(connection.device.get()));
}

TEST(WatchdogDeathTest, EndsAProcessThatHangsBehindItsMount) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto hang = [] {
    TestConnection connection;
    const UniqueFd signals = CaughtTerm();
    const Watchdog watchdog(connection.device.get(), signals.get(), WriteLog, milliseconds(10));
    connection.other.Close();
    Hang();
  };
  EXPECT_EXIT(hang(), ::testing::ExitedWithCode(1), "ends by force");
}

TEST(WatchdogDeathTest, EndsAProcessThatHangsAtItsSignal) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto hang = [] {
    const TestConnection connection;
    const UniqueFd signals = CaughtTerm();
    const Watchdog watchdog(connection.device.get(), signals.get(), WriteLog, milliseconds(10));
    kill(getpid(), SIGTERM);
    Hang();
  };
  EXPECT_EXIT(hang(), ::testing::ExitedWithCode(1), "ends by force");
}

TEST(WatchdogDeathTest, LeavesAloneWhoEndsInTime) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto end = [] {
    TestConnection connection;
    const UniqueFd signals = CaughtTerm();
    {
      Watchdog watchdog(connection.device.get(), signals.get(), WriteLog);
      connection.other.Close();
      watchdog.EndIsDue();
    }
    _exit(3);
  };
  EXPECT_EXIT(end(), ::testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace rootstream

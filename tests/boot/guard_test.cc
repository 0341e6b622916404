#include "boot/guard.h"

#include <gtest/gtest.h>
#include <linux/reboot.h>
#include <signal.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/emulation.h"

namespace rootstream {
namespace {

// The wait status of process 1 of a new PID namespace that runs `act`.
template <typename Act>
int StatusOfInit(Act act) {
  const pid_t init = ForkIntoPidNamespace();
  if (init == 0) {
    act();
    _exit(3);
  }
  int status = -1;
  if (init < 0 || waitpid(init, &status, 0) != init) return -1;
  return status;
}

class RebootCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "a PID namespace needs root";
    if (IsUserEmulation()) GTEST_SKIP() << "a user emulation has no reboot(2)";
  }
};

TEST_F(RebootCommand, IsWhatTheInitAskedFor) {
  const int rebooted = StatusOfInit([] { reboot(LINUX_REBOOT_CMD_RESTART); });
  EXPECT_EQ(RebootCommandFor(rebooted, false), static_cast<int>(LINUX_REBOOT_CMD_RESTART));
  const int off = StatusOfInit([] { reboot(LINUX_REBOOT_CMD_POWER_OFF); });
  EXPECT_EQ(RebootCommandFor(off, false), static_cast<int>(LINUX_REBOOT_CMD_POWER_OFF));
  const int halted = StatusOfInit([] { reboot(LINUX_REBOOT_CMD_HALT); });
  EXPECT_EQ(RebootCommandFor(halted, true), static_cast<int>(LINUX_REBOOT_CMD_POWER_OFF));
}

TEST_F(RebootCommand, IsTheNextKernelWhereOneIsLoaded) {
  const int rebooted = StatusOfInit([] { reboot(LINUX_REBOOT_CMD_RESTART); });
  EXPECT_EQ(RebootCommandFor(rebooted, true), static_cast<int>(LINUX_REBOOT_CMD_KEXEC));
}

TEST_F(RebootCommand, IsARestartForAnInitThatFailed) {
  EXPECT_EQ(RebootCommandFor(StatusOfInit([] {}), true), static_cast<int>(LINUX_REBOOT_CMD_RESTART));
  const int killed = StatusOfInit([] {
    signal(SIGSEGV, SIG_DFL);
    *static_cast<volatile int*>(nullptr) = 1;
  });
  EXPECT_EQ(RebootCommandFor(killed, true), static_cast<int>(LINUX_REBOOT_CMD_RESTART));
}

}  // namespace
}  // namespace rootstream

#include "boot/consoles.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <future>
#include <thread>

#include "base/file_io.h"
#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

// A terminal with a person at it: the test reads its screen and types.
class Person {
 public:
  Person() {
    int screen = -1;
    int terminal = -1;
    char name[64];
    EXPECT_EQ(openpty(&screen, &terminal, name, nullptr, nullptr), 0);
    screen_ = UniqueFd(screen);
    terminal_ = UniqueFd(terminal);
    path_ = name;
    tcgetattr(terminal, &before_);
  }

  const std::string& path() const { return path_; }
  void Type(const std::string& keys) {
    ASSERT_EQ(write(screen_.get(), keys.data(), keys.size()), ssize_t(keys.size()));
  }

  // Reads until the screen has shown the text.
  void Await(const std::string& text) {
    while (shown_.find(text) == std::string::npos) ASSERT_TRUE(ReadMore(10'000)) << "no '" << text << "' in " << shown_;
  }

  const std::string& Shown() {
    while (ReadMore(0)) {
    }
    return shown_;
  }

  bool IsRestored() const {
    termios now = {};
    tcgetattr(terminal_.get(), &now);
    return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag && now.c_oflag == before_.c_oflag;
  }

  void SetSize(unsigned short rows, unsigned short columns) {
    const winsize size = {rows, columns, 0, 0};
    ioctl(terminal_.get(), TIOCSWINSZ, &size);
  }

  void ReadSlowly(std::chrono::milliseconds each_page) { pause_ = each_page; }

  void HangUp() {
    terminal_.Close();
    screen_.Close();
  }

 private:
  bool ReadMore(int milliseconds) {
    pollfd wanted = {screen_.get(), POLLIN, 0};
    if (poll(&wanted, 1, milliseconds) != 1) return false;
    std::this_thread::sleep_for(pause_);
    char bytes[4096];
    const ssize_t count = read(screen_.get(), bytes, sizeof bytes);
    if (count > 0) shown_.append(bytes, static_cast<size_t>(count));
    return count > 0;
  }

  UniqueFd screen_;
  UniqueFd terminal_;
  std::string path_;
  termios before_ = {};
  std::string shown_;
  std::chrono::milliseconds pause_{0};
};

std::future<Result<int>> Start(const std::vector<std::string>& terminals, const std::string& script) {
  return std::async(std::launch::async, [=] { return RunOnTerminals(terminals, {"/bin/sh", "-c", script}); });
}

TEST(Consoles, AllShowTheSameAndEachMayType) {
  Person screen;
  Person serial;
  auto session =
      Start({screen.path(), serial.path()}, "echo who; read a; echo first $a; read b; echo second $b; exit 7");
  screen.Await("who\r\n");
  screen.Type("left\r");
  serial.Await("first left");
  serial.Type("right\r");
  screen.Await("second right");
  const auto status = session.get();
  ASSERT_TRUE(IsOk(status));
  EXPECT_EQ(WEXITSTATUS(*status), 7);
  EXPECT_EQ(screen.Shown(), serial.Shown());
  EXPECT_TRUE(screen.IsRestored());
  EXPECT_TRUE(serial.IsRestored());
}

TEST(Consoles, InterruptReachesTheSession) {
  Person person;
  auto session = Start({person.path()}, "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.1; done");
  person.Await("ready");
  person.Type("\x03");
  const auto status = session.get();
  ASSERT_TRUE(IsOk(status));
  EXPECT_EQ(WEXITSTATUS(*status), 3);
  EXPECT_NE(person.Shown().find("caught"), std::string::npos);
}

TEST(Consoles, SizeFitsOnAll) {
  Person large;
  Person small;
  Person unknown;
  large.SetSize(50, 132);
  small.SetSize(25, 140);
  auto session = Start({large.path(), unknown.path(), small.path()}, "stty size");
  EXPECT_TRUE(IsOk(session.get()));
  EXPECT_EQ(large.Shown(), "25 132\r\n");
}

TEST(Consoles, OneThatTakesNothingKeepsNobodyWaiting) {
  Person reads;
  Person sleeps;  // nobody reads what is shown there
  auto session = Start({sleeps.path(), reads.path()}, "seq 200000; echo done");
  reads.Await("done\r\n");
  EXPECT_TRUE(IsOk(session.get()));
}

TEST(Consoles, ASlowOneShowsTheEndThatCameLongAfterTheSessions) {
  Person slow;
  auto session = Start({slow.path()}, "seq 60000; echo done");  // 350 KB, more than a queue
  slow.ReadSlowly(std::chrono::milliseconds(40));               // 100 KB a second
  slow.Await("done\r\n");
  EXPECT_TRUE(IsOk(session.get()));
}

TEST(Consoles, OneThatGoesAwayIsLeftOut) {
  Person stays;
  Person goes;
  auto session =
      Start({goes.path(), stays.path(), "/no/such/terminal", "/dev/null"}, "echo a; read line; echo got $line");
  goes.Await("a\r\n");
  goes.HangUp();
  stays.Type("x\r");
  stays.Await("got x");
  EXPECT_TRUE(IsOk(session.get()));
}

TEST(Consoles, WithoutATerminalNothingIsStarted) {
  const auto status = RunOnTerminals({"/no/such/terminal", "/dev/null"}, {"/bin/true"});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "there is no terminal to show anything on");
}

TEST(Consoles, ACommandThatIsNotThereEndsWith127) {
  Person person;
  const auto status = RunOnTerminals({person.path()}, {"/no/such/program"});
  ASSERT_TRUE(IsOk(status));
  EXPECT_EQ(WEXITSTATUS(*status), 127);
  EXPECT_NE(person.Shown().find("/no/such/program"), std::string::npos);
}

TEST(Consoles, KernelNamesThem) {
  const TempFolder folder;
  WriteTestFile(folder / "class/tty/console/active", "tty0 ttyS0\n");
  EXPECT_EQ(KernelConsoles(folder.path()), (std::vector<std::string>{"/dev/tty0", "/dev/ttyS0"}));
  EXPECT_TRUE(KernelConsoles(folder / "nothing").empty());
}

}  // namespace
}  // namespace rootstream

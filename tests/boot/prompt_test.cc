#include "boot/prompt.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <future>
#include <thread>

#include "base/file_io.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using Outcome = LineEditor::Outcome;

// A pseudo-terminal on which the test types and reads the output.
class PromptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int keyboard = -1;
    int terminal = -1;
    ASSERT_EQ(openpty(&keyboard, &terminal, nullptr, nullptr, nullptr), 0);
    keyboard_ = UniqueFd(keyboard);
    terminal_ = UniqueFd(terminal);
    tcgetattr(terminal, &before_);
  }

  std::future<Result<PromptAnswer>> Ask(std::vector<std::string> history = {}) {
    ForgetScreen();
    auto answer = std::async(std::launch::async, [this, history] {
      asking_ = pthread_self();
      return AskOnTerminal(terminal_.get(), terminal_.get(), "ask: ", history);
    });
    char byte = 0;  // waits until the prompt is shown
    while (byte != ':' && read(keyboard_.get(), &byte, 1) == 1) {
    }
    return answer;
  }

  // Discards the output of an earlier prompt.
  void ForgetScreen() {
    char shown[256];
    pollfd ready = {.fd = keyboard_.get(), .events = POLLIN};
    while (poll(&ready, 1, 20) > 0 && read(keyboard_.get(), shown, sizeof shown) > 0) {
    }
  }

  void Type(const std::string& keys) {
    EXPECT_EQ(write(keyboard_.get(), keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }

  void ExpectRestored() {
    termios now;
    tcgetattr(terminal_.get(), &now);
    EXPECT_EQ(now.c_lflag, before_.c_lflag);
    EXPECT_EQ(now.c_iflag, before_.c_iflag);
  }

  UniqueFd keyboard_;
  UniqueFd terminal_;
  termios before_;
  std::atomic<pthread_t> asking_ = {};
};

TEST_F(PromptTest, GivesTheEditedLine) {
  auto answer = Ask({"earlier"});
  termios now;
  tcgetattr(terminal_.get(), &now);
  EXPECT_EQ(now.c_lflag & (ICANON | ECHO | ISIG), 0u);
  Type("\x1b[A!\r");
  const auto got = answer.get();
  ASSERT_TRUE(IsOk(got));
  EXPECT_EQ(got->outcome, Outcome::kDone);
  EXPECT_EQ(got->line, "earlier!");
  ExpectRestored();
}

TEST_F(PromptTest, LeavesWhatComesBehindTheLine) {
  auto answer = Ask();
  Type("one\rtwo\r");
  EXPECT_EQ(answer.get()->line, "one");
  EXPECT_EQ(Ask().get()->line, "two");
}

TEST_F(PromptTest, EndsAndRestores) {
  auto interrupted = Ask();
  Type("some\x03");
  EXPECT_EQ(interrupted.get()->outcome, Outcome::kInterrupted);
  ExpectRestored();
  auto ended = Ask();
  Type("\x04");
  EXPECT_EQ(ended.get()->outcome, Outcome::kEndOfInput);
  ExpectRestored();
}

TEST_F(PromptTest, RestoresBeforeASignalEndsIt) {
  auto answer = Ask();
  pthread_kill(asking_, SIGWINCH);
  pthread_kill(asking_, SIGTERM);
  const auto got = answer.get();
  ASSERT_TRUE(IsOk(got));
  EXPECT_EQ(got->signal, SIGTERM);
  ExpectRestored();
}

TEST_F(PromptTest, ATerminalThatHangsUpIsAnEnd) {
  auto answer = Ask();
  keyboard_.Close();
  const auto got = answer.get();
  ASSERT_TRUE(IsOk(got));
  EXPECT_EQ(got->outcome, Outcome::kEndOfInput);
}

TEST(ReadPlainLine, ReadsALineAndNotAByteMore) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  const std::string text = "one\n\nlast";
  ASSERT_EQ(write(out.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  out.Close();
  for (const char* line : {"one", "", "last"}) {
    const auto got = ReadPlainLine(in.get());
    ASSERT_TRUE(IsOk(got));
    EXPECT_EQ(got->outcome, Outcome::kDone);
    EXPECT_EQ(got->line, line);
  }
  EXPECT_EQ(ReadPlainLine(in.get())->outcome, Outcome::kEndOfInput);
}

}  // namespace
}  // namespace rootstream

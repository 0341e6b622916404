#include "boot/prompt.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file_io.h"

namespace rootstream {
namespace {

constexpr size_t kUsualColumns = 80;  // a serial line does not report its size
constexpr size_t kMaxLine = 64 << 10;

bool IsFinal(int signal) { return signal != SIGWINCH && signal != SIGCONT; }

// Signals come as bytes of a descriptor while this lives; what still waits at its end comes then as
// usual.
class CaughtSignals {
 public:
  CaughtSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    fd_ = UniqueFd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~CaughtSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  CaughtSignals(const CaughtSignals&) = delete;
  CaughtSignals& operator=(const CaughtSignals&) = delete;

  int fd() const { return fd_.get(); }
  int Take() const {  // 0: none
    signalfd_siginfo info;
    return read(fd_.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  sigset_t before_;
  UniqueFd fd_;
};

// The terminal gives each key as it is pressed, ^C included, while this lives.
class RawTerminal {
 public:
  explicit RawTerminal(int fd) : fd_(fd) { good_ = tcgetattr(fd, &before_) == 0 && Set(); }
  ~RawTerminal() {
    if (good_) tcsetattr(fd_, TCSADRAIN, &before_);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  bool good() const { return good_; }
  bool Set() const {
    termios raw = before_;
    raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ISTRIP | INLCR | IGNCR);
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(fd_, TCSADRAIN, &raw) == 0;
  }

 private:
  const int fd_;
  termios before_;
  bool good_ = false;
};

size_t ColumnsOf(int fd) {
  winsize size;
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

// What cannot be shown is not: the line counts.
void Show(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    bytes.remove_prefix(n);
  }
}

// A byte, or nothing at the end; a terminal that hung up has ended.
Result<std::optional<char>> ReadByte(int fd) {
  while (true) {
    char byte = 0;
    const ssize_t n = read(fd, &byte, 1);
    if (n == 1) return std::optional(byte);
    if (n == 0 || errno == EIO) return std::optional<char>();
    if (errno != EINTR && errno != EAGAIN) return ErrnoError("cannot read from", "the terminal");
    pollfd ready = {.fd = fd, .events = POLLIN};
    if (errno == EAGAIN) poll(&ready, 1, -1);
  }
}

bool HasInput(int fd) {
  pollfd ready = {.fd = fd, .events = POLLIN};
  return poll(&ready, 1, 0) > 0;
}

}  // namespace

Result<PromptAnswer> AskOnTerminal(int in, int out, const std::string& text, std::vector<std::string> history,
                                   const std::string& line) {
  const CaughtSignals signals;
  const RawTerminal terminal(in);
  if (!terminal.good()) return ErrnoError("cannot set up", "the terminal");
  LineEditor editor(std::move(history), line);
  PromptAnswer answer{.outcome = LineEditor::Outcome::kEditing};
  while (answer.outcome == LineEditor::Outcome::kEditing) {
    if (!HasInput(in)) Show(out, editor.Draw(text, ColumnsOf(out)));  // not for each byte of a paste
    pollfd ready[] = {{.fd = in, .events = POLLIN}, {.fd = signals.fd(), .events = POLLIN}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR) return ErrnoError("cannot wait for", "the terminal");
    if (const int signal = signals.Take(); signal != 0) {
      if (IsFinal(signal)) answer = {.outcome = LineEditor::Outcome::kInterrupted, .signal = signal};
      if (signal == SIGCONT) terminal.Set();  // a shell may have changed the terminal
      continue;
    }
    if (ready[0].revents == 0) continue;
    RS_TRY(const std::optional<char> byte, ReadByte(in));
    answer.outcome = byte ? editor.Feed(*byte) : LineEditor::Outcome::kEndOfInput;
  }
  Show(out, editor.Draw(text, ColumnsOf(out)));
  Show(out, answer.outcome == LineEditor::Outcome::kInterrupted ? "^C\r\n" : "\r\n");
  answer.line = editor.line();
  return answer;
}

Result<PromptAnswer> ReadPlainLine(int in) {
  PromptAnswer answer;
  while (answer.line.size() < kMaxLine) {
    RS_TRY(const std::optional<char> byte, ReadByte(in));
    if (!byte && answer.line.empty()) return answer;
    answer.outcome = LineEditor::Outcome::kDone;
    if (!byte || *byte == '\n') return answer;
    answer.line += *byte;
  }
  return Invalid("standard input: the line is too long");
}

}  // namespace rootstream

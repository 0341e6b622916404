#include "boot/consoles.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <sstream>

#include "base/file_io.h"
#include "base/program_start.h"

namespace rootstream {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kBytesOfQueue = 256 << 10;            // of a terminal that is slower than the session
constexpr int kReadsAtOnce = 16;                       // of output, before keys are looked for again
constexpr int kMoment = 100;                           // milliseconds, the longest until the end of the session is seen
constexpr auto kStuckAfter = std::chrono::seconds(5);  // for which a terminal took nothing, though there was something
// After the session has ended: for which no terminal took anything of the rest, and of showing it at all, since a
// process that it left behind may write for ever.
constexpr auto kRestIsLeft = std::chrono::seconds(2);
constexpr auto kLongestRest = std::chrono::seconds(60);

// The two ends of a pseudo-terminal. The end of the session stays open here, or reading the other one would fail as
// long as no process of the session has it open.
struct Pseudoterminal {
  UniqueFd ours;
  UniqueFd theirs;
};

Result<Pseudoterminal> OpenPseudoterminal() {
  Pseudoterminal pair;
  pair.ours = UniqueFd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  char name[64];
  if (!pair.ours || grantpt(pair.ours.get()) != 0 || unlockpt(pair.ours.get()) != 0 ||
      ptsname_r(pair.ours.get(), name, sizeof name) != 0)
    return ErrnoError("no pseudo-terminal from", "/dev/ptmx");
  pair.theirs = UniqueFd(open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!pair.theirs) return ErrnoError("cannot open", name);
  return pair;
}

class Terminal {
 public:
  // Without a value if it cannot be opened as a terminal.
  static std::optional<Terminal> Open(const std::string& path) {
    Terminal terminal;
    terminal.fd_ = UniqueFd(open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    if (!terminal.fd_ || tcgetattr(terminal.fd_.get(), &terminal.before_) != 0) return std::nullopt;
    termios raw = terminal.before_;
    cfmakeraw(&raw);
    tcsetattr(terminal.fd_.get(), TCSANOW, &raw);
    return terminal;
  }

  Terminal(Terminal&&) = default;
  Terminal& operator=(Terminal&&) = default;
  ~Terminal() {
    if (fd_) tcsetattr(fd_.get(), TCSANOW, &before_);
  }

  // Its size, if it knows one: a serial line does not.
  std::optional<winsize> Size() const {
    winsize size = {};
    if (ioctl(fd_.get(), TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return std::nullopt;
    return size;
  }

  bool is_open() const { return static_cast<bool>(fd_); }
  bool has_unsent() const { return fd_ && !unsent_.empty(); }
  bool has_room() const { return fd_ && unsent_.size() < kBytesOfQueue; }
  Clock::time_point took() const { return took_; }
  bool is_stuck() const { return has_unsent() && Clock::now() - took_ > kStuckAfter; }

  pollfd Wanted() const { return {fd_.get(), static_cast<short>(POLLIN | (unsent_.empty() ? 0 : POLLOUT)), 0}; }

  void Queue(std::string_view bytes) {
    if (!has_room()) return;
    if (unsent_.empty()) took_ = Clock::now();
    unsent_ += bytes;
  }

  void Send() {
    if (!has_unsent()) return;
    const ssize_t sent = write(fd_.get(), unsent_.data(), unsent_.size());
    if (sent > 0) {
      unsent_.erase(0, static_cast<size_t>(sent));
      took_ = Clock::now();
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR) HangUp();
  }

  // What was typed; empty if nothing was.
  std::string Receive() {
    char bytes[256];
    const ssize_t count = read(fd_.get(), bytes, sizeof bytes);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) HangUp();
    return count > 0 ? std::string(bytes, static_cast<size_t>(count)) : "";
  }

 private:
  Terminal() = default;
  void HangUp() { fd_.Close(); }

  UniqueFd fd_;
  termios before_ = {};
  std::string unsent_;
  Clock::time_point took_;  // when it took something last, or the queue was empty
};

std::vector<Terminal> OpenAll(const std::vector<std::string>& paths) {
  std::vector<Terminal> terminals;
  for (const std::string& path : paths)
    if (auto terminal = Terminal::Open(path)) terminals.push_back(std::move(*terminal));
  return terminals;
}

// What fits on all of them.
std::optional<winsize> SmallestSize(const std::vector<Terminal>& terminals) {
  std::optional<winsize> smallest;
  for (const Terminal& terminal : terminals) {
    const auto size = terminal.Size();
    if (!size) continue;
    if (!smallest) smallest = *size;
    smallest->ws_row = std::min(smallest->ws_row, size->ws_row);
    smallest->ws_col = std::min(smallest->ws_col, size->ws_col);
  }
  return smallest;
}

[[noreturn]] void BecomeCommand(int terminal, std::vector<std::string> command) {
  setsid();
  ioctl(terminal, TIOCSCTTY, 0);
  for (const int standard : {0, 1, 2}) dup2(terminal, standard);
  execvp(command[0].c_str(), ArgumentPointers(command).data());
  perror(command[0].c_str());
  _exit(127);
}

class Session {
 public:
  Session(std::vector<Terminal> terminals, Pseudoterminal pair)
      : terminals_(std::move(terminals)), pair_(std::move(pair)) {}

  // Runs until the process has ended, and what it wrote is shown, or no terminal takes it any more. Returns its wait
  // status.
  int Run(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, WNOHANG) == 0) Exchange();
    ShowTheRest();
    return status;
  }

 private:
  void ShowTheRest() {
    const auto ended = Clock::now();
    auto moved = ended;
    while (Clock::now() - moved < kRestIsLeft && Clock::now() - ended < kLongestRest) {
      const bool may_be_more = ShowOutput();
      if (!may_be_more && std::ranges::none_of(terminals_, &Terminal::has_unsent)) return;
      Exchange();
      for (const Terminal& terminal : terminals_) moved = std::max(moved, terminal.took());
    }
  }

  // Waits until something can be moved, or for a moment, and moves it.
  void Exchange() {
    std::vector<pollfd> wanted = {
        {pair_.ours.get(), static_cast<short>((MayShowMore() ? POLLIN : 0) | (typed_.empty() ? 0 : POLLOUT)), 0}};
    for (const Terminal& terminal : terminals_) wanted.push_back(terminal.Wanted());
    if (poll(wanted.data(), wanted.size(), kMoment) < 0) return;
    ShowOutput();
    for (size_t i = 0; i < terminals_.size(); ++i) {
      if ((wanted[1 + i].revents & ~POLLOUT) != 0) TakeKeys(terminals_[i]);
      terminals_[i].Send();
    }
    PassKeysOn();
  }

  // The fastest of those that take anything sets the pace.
  bool MayShowMore() const {
    bool all_are_stuck = true;
    for (const Terminal& terminal : terminals_) {
      if (!terminal.is_open() || terminal.is_stuck()) continue;
      if (terminal.has_room()) return true;
      all_are_stuck = false;
    }
    return all_are_stuck;
  }

  // True if there may be more.
  bool ShowOutput() {
    char bytes[4096];
    for (int i = 0; i < kReadsAtOnce && MayShowMore(); ++i) {
      const ssize_t count = read(pair_.ours.get(), bytes, sizeof bytes);
      if (count <= 0) return false;
      for (Terminal& terminal : terminals_) {
        terminal.Queue({bytes, static_cast<size_t>(count)});
        terminal.Send();
      }
    }
    return true;
  }

  void TakeKeys(Terminal& terminal) {
    const std::string keys = terminal.Receive();
    if (typed_.size() < kBytesOfQueue) typed_ += keys;
  }

  void PassKeysOn() {
    if (typed_.empty()) return;
    const ssize_t passed = write(pair_.ours.get(), typed_.data(), typed_.size());
    if (passed > 0) typed_.erase(0, static_cast<size_t>(passed));
  }

  std::vector<Terminal> terminals_;
  Pseudoterminal pair_;
  std::string typed_;  // and not yet read by the session
};

}  // namespace

std::vector<std::string> KernelConsoles(const std::string& sysfs) {
  std::vector<std::string> paths;
  const auto active = ReadWholeFile(sysfs + "/class/tty/console/active", 4096);
  if (!active.ok()) return paths;
  std::istringstream names(*active);
  for (std::string name; names >> name;) paths.push_back("/dev/" + name);
  return paths;
}

Result<int> RunOnTerminals(const std::vector<std::string>& paths, const std::vector<std::string>& command) {
  auto pair = OpenPseudoterminal();
  if (!pair.ok()) return pair.error();
  std::vector<Terminal> terminals = OpenAll(paths);
  if (terminals.empty()) return Error{ErrorKind::kFailed, "there is no terminal to show anything on"};
  if (const auto size = SmallestSize(terminals)) ioctl(pair->theirs.get(), TIOCSWINSZ, &*size);
  const pid_t child = fork();
  if (child < 0) return ErrnoError("cannot start", command[0]);
  if (child == 0) BecomeCommand(pair->theirs.get(), command);
  return Session(std::move(terminals), std::move(*pair)).Run(child);
}

}  // namespace rootstream

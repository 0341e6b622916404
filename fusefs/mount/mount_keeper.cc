#include "fusefs/mount/mount_keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <sstream>
#include <utility>

namespace rootstream {
namespace {

constexpr char kMount = 'm', kBegan = 'b', kUnmount = 'u', kDone = '+', kFailed = '-';
constexpr size_t kMaxText = 4096;

// One message: a byte, text behind it, and a file that is handed over, or -1.
bool Send(int socket, char word, const std::string& text, int file) {
  std::string bytes = word + text.substr(0, kMaxText - 1);
  iovec part = {bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof file)> control{};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (file >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof file);
    memcpy(CMSG_DATA(header), &file, sizeof file);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
}

struct Message {
  std::string text;  // the first word is the command; empty: the other side is gone
  UniqueFd file;
};

Message Receive(int socket) {
  Message received;
  received.text.resize(kMaxText);
  iovec part = {received.text.data(), received.text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t n = 0;
  do {
    n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  received.text.resize(std::max<ssize_t>(n, 0));
  const cmsghdr* header = n < 0 ? nullptr : CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int file = -1;
    memcpy(&file, CMSG_DATA(header), sizeof file);
    received.file = UniqueFd(file);
  }
  return received;
}

// It is not the daemon, and must not be found as it by its arguments. proc(5): arg_start and arg_end are
// the 48th and 49th field of /proc/PID/stat.
void ForgetArguments() {
  const auto stat = ReadWholeFile("/proc/self/stat", 4096);
  if (!stat.ok()) return;
  std::istringstream fields(stat->substr(stat->rfind(')') + 1));
  std::string field;
  uint64_t start = 0, end = 0;
  for (int number = 3; number <= 49 && fields >> field; ++number) {
    if (number == 48) std::from_chars(field.data(), field.data() + field.size(), start);
    if (number == 49) std::from_chars(field.data(), field.data() + field.size(), end);
  }
  constexpr std::string_view kTitle = "rootstream: mount keeper";
  if (start == 0 || end <= start) return;
  char* const arguments = reinterpret_cast<char*>(start);
  memset(arguments, 0, end - start);
  memcpy(arguments, kTitle.data(), std::min<size_t>(kTitle.size(), end - start - 1));
}

// Leaves the terminal and every file of the daemon's.
void CloseAllBut(int socket) {
  setsid();
  for (const int ignored : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) signal(ignored, SIG_IGN);
  const int null = open("/dev/null", O_RDWR);
  for (const int fd : {0, 1, 2}) dup2(null, fd);
  if (socket > 3) close_range(3, socket - 1, 0);
  close_range(socket + 1, UINT_MAX, 0);
}

[[noreturn]] void Keep(int socket, const MountKeeper::Actions& actions) {
  CloseAllBut(socket);
  ForgetArguments();
  while (true) {
    const Message request = Receive(socket);
    if (request.text.empty()) _exit(0);
    if (request.text[0] == kMount) {
      const auto device = actions.mount();
      if (device.ok())
        Send(socket, kDone, "", device->get());
      else
        Send(socket, kFailed, device.error().message, -1);
    }
    if (request.text[0] == kBegan || request.text[0] == kUnmount) {
      const Status status = request.text[0] == kBegan ? actions.began() : actions.unmount();
      Send(socket, status.ok() ? kDone : kFailed, status.ok() ? "" : status.error().message, -1);
    }
  }
}

Result<UniqueFd> Ask(int socket, char word) {
  if (!Send(socket, word, "", -1)) return Failed("the process that mounts and unmounts has ended");
  Message answer = Receive(socket);
  if (answer.text.empty()) return Failed("the process that mounts and unmounts has ended");
  if (answer.text[0] != kDone) return Failed(answer.text.substr(1));
  return std::move(answer.file);
}

}  // namespace

Result<MountKeeper> MountKeeper::Start(const Actions& actions) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return ErrnoError("cannot make", "a socket pair");
  MountKeeper keeper;
  keeper.socket_ = UniqueFd(ends[0]);
  const UniqueFd theirs(ends[1]);
  keeper.process_ = fork();
  if (keeper.process_ < 0) return ErrnoError("cannot start", "the process that mounts and unmounts");
  if (keeper.process_ == 0) Keep(theirs.get(), actions);
  return keeper;
}

MountKeeper::MountKeeper(MountKeeper&& other) noexcept
    : socket_(std::move(other.socket_)), process_(std::exchange(other.process_, -1)) {}

MountKeeper& MountKeeper::operator=(MountKeeper&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(process_, other.process_);
  return *this;
}

Result<UniqueFd> MountKeeper::Mount() { return Ask(socket_.get(), kMount); }

Status MountKeeper::Began() {
  RS_CHECK(Ask(socket_.get(), kBegan));
  return Ok();
}

Status MountKeeper::Unmount() {
  if (!socket_) return Ok();
  RS_CHECK(Ask(socket_.get(), kUnmount));
  return Ok();
}

void MountKeeper::Release() {
  if (process_ < 0) return;
  socket_.Close();
  waitpid(std::exchange(process_, -1), nullptr, 0);
}

}  // namespace rootstream

#include "fusefs/control.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace rootstream {
namespace {

constexpr size_t kMaxRequest = 256;
constexpr size_t kMaxReply = 65 << 20;  // a profile may be as large

struct Address {
  sockaddr_un un = {.sun_family = AF_UNIX};
  socklen_t size = 0;

  explicit Address(const std::string& device) {
    const std::string name = "rootstream/" + device;  // behind a NUL: abstract, unix(7)
    memcpy(un.sun_path + 1, name.data(), name.size());
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&un); }
};

void LimitWaiting(int fd) {
  const timeval second = {.tv_sec = 1};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
}

// Anybody may take an abstract name, so both sides look who the other is: root, or the same user.
bool IsTrustedPeer(int fd) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == 0 || peer.uid == geteuid());
}

std::string ReceiveUntil(int fd, size_t limit, bool to_newline) {
  std::string text;
  char piece[4096];
  while (text.size() < limit && !(to_newline && text.find('\n') != std::string::npos)) {
    const ssize_t n = recv(fd, piece, sizeof piece, 0);
    if (n <= 0) break;
    text.append(piece, n);
  }
  return text;
}

bool SendAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

Result<UniqueFd> Connect(const std::string& device) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  LimitWaiting(fd.get());
  const Address address(device);
  if (connect(fd.get(), address.get(), address.size) != 0)
    return Unavailable("no daemon answers for this mount");
  if (geteuid() != 0 && !IsTrustedPeer(fd.get())) return Unavailable("another user's daemon");
  return fd;
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::Start(
    const std::string& device, std::function<std::string(const std::string&)> answer) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Address address(device);
  if (!fd || bind(fd.get(), address.get(), address.size) != 0 || listen(fd.get(), 8) != 0)
    return ErrnoError("cannot listen on the control socket for", device);
  UniqueFd wake(eventfd(0, EFD_CLOEXEC));
  return std::unique_ptr<ControlServer>(
      new ControlServer(std::move(fd), std::move(wake), std::move(answer)));
}

ControlServer::ControlServer(UniqueFd socket, UniqueFd wake,
                             std::function<std::string(const std::string&)> answer)
    : socket_(std::move(socket)),
      wake_(std::move(wake)),
      answer_(std::move(answer)),
      thread_("control", [this] { Run(); }) {}

ControlServer::~ControlServer() {
  const uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof one);
  thread_.Join();
}

void ControlServer::Run() {
  while (true) {
    pollfd fds[] = {{socket_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0) return;
    UniqueFd peer(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (peer) Serve(std::move(peer));
  }
}

void ControlServer::Serve(UniqueFd peer) {
  LimitWaiting(peer.get());
  if (!IsTrustedPeer(peer.get())) return;
  std::string request = ReceiveUntil(peer.get(), kMaxRequest, true);
  if (!request.empty() && request.back() == '\n') request.pop_back();
  SendAll(peer.get(), answer_(request));
}

Result<std::string> AskDaemon(const std::string& device, const std::string& request) {
  RS_TRY(const UniqueFd fd, Connect(device));
  if (!SendAll(fd.get(), request + "\n")) return Unavailable("the daemon does not listen");
  std::string reply = ReceiveUntil(fd.get(), kMaxReply, false);
  if (reply.empty()) return Unavailable("the daemon does not answer; it may be another user's");
  return reply;
}

bool DaemonIsThere(const std::string& device) { return Connect(device).ok(); }

}  // namespace rootstream

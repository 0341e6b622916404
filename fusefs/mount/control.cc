#include "fusefs/mount/control.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>

#include "fusefs/mount/watchdog.h"

namespace rootstream {
namespace {

constexpr size_t kMaxRequest = 256;
constexpr size_t kMaxReply = 65 << 20;  // the limit of a profile
constexpr size_t kMostWaiting = 16;     // clients that wait for the mount's end
constexpr int kLookEvery = 1000;        // milliseconds between checks of the connection; see watchdog.cc

std::string NameOf(const std::string& device) { return "rootstream/" + device; }

struct Address {
  sockaddr_un un = {.sun_family = AF_UNIX};
  socklen_t size = 0;

  explicit Address(const std::string& device) {
    const std::string name = NameOf(device);  // the leading NUL makes it abstract, unix(7)
    memcpy(un.sun_path + 1, name.data(), std::min(name.size(), sizeof un.sun_path - 1));
    size = static_cast<socklen_t>(std::min(offsetof(sockaddr_un, sun_path) + 1 + name.size(), sizeof un));
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&un); }
};

void LimitWaiting(int fd) {
  const timeval second = {.tv_sec = 1};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
}

// Who is at the other end; of a server's end, who listens.
std::optional<ucred> PeerOf(int fd) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer;
}

bool MayAsk(int fd) {
  const auto peer = PeerOf(fd);
  return peer && (peer->uid == 0 || peer->uid == geteuid());
}

std::string Shown(const ucred& peer) {
  return "process " + std::to_string(peer.pid) + " of user " + std::to_string(peer.uid);
}

// What the kernel's table says of the mount, as the first line of a reply.
std::string LineOf(const MountEntry& mount) {
  std::string line = "mount " + mount.device + " " + mount.source;
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line + "\n";
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

UniqueFd Connect(const std::string& device) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  LimitWaiting(fd.get());
  const Address address(device);
  if (connect(fd.get(), address.get(), address.size) != 0) fd.Close();
  return fd;
}

// The name could not be taken, for `error`.
Error NameIsTaken(const std::string& device, int error) {
  const std::string socket = "control socket " + NameOf(device);
  const UniqueFd fd = error == EADDRINUSE ? Connect(device) : UniqueFd();
  const auto holder = fd ? PeerOf(fd.get()) : std::nullopt;
  if (!holder) return ErrnoError("cannot listen on", socket, error);
  return Unavailable(socket + ": " + Shown(*holder) + " has taken the name");
}

}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::Start(const MountEntry& mount, int device, Answer answer) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Address address(mount.device);
  if (!fd || bind(fd.get(), address.get(), address.size) != 0 || listen(fd.get(), 8) != 0)
    return NameIsTaken(mount.device, errno);
  UniqueFd wake(eventfd(0, EFD_CLOEXEC));
  return std::unique_ptr<ControlServer>(
      new ControlServer(mount, device, std::move(fd), std::move(wake), std::move(answer)));
}

ControlServer::ControlServer(const MountEntry& mount, int device, UniqueFd socket, UniqueFd wake, Answer answer)
    : mount_(LineOf(mount)),
      device_(device),
      socket_(std::move(socket)),
      wake_(std::move(wake)),
      answer_(std::move(answer)),
      thread_("control", [this] { Run(); }) {}

ControlServer::~ControlServer() {
  const uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof one);
  thread_.Join();
}

void ControlServer::Run() {
  while (!ConnectionIsGone(device_)) {
    pollfd fds[] = {{socket_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (poll(fds, 2, kLookEvery) <= 0) continue;
    if (fds[1].revents != 0) break;
    UniqueFd peer(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    // A caller may have reached this daemon by a device number that another mount had before.
    if (peer && !ConnectionIsGone(device_)) Serve(std::move(peer));
  }
  socket_.Close();
  for (const Waiting& waiting : waiting_) Reply(waiting.peer, waiting.request);
  waiting_.clear();
}

void ControlServer::Serve(UniqueFd peer) {
  LimitWaiting(peer.get());
  if (!MayAsk(peer.get())) return;
  std::string request = ReceiveUntil(peer.get(), kMaxRequest, true);
  if (!request.empty() && request.back() == '\n') request.pop_back();
  if (!request.ends_with(kAtEnd)) return Reply(peer, request);
  request.resize(request.size() - kAtEnd.size());
  if (waiting_.size() == kMostWaiting) waiting_.erase(waiting_.begin());
  waiting_.push_back({std::move(peer), std::move(request)});
}

void ControlServer::Reply(const UniqueFd& peer, const std::string& request) {
  SendAll(peer.get(), mount_ + answer_(request));
}

Result<DaemonCall> DaemonCall::Send(const MountEntry& mount, const std::string& request) {
  UniqueFd fd = Connect(mount.device);
  const auto peer = fd ? PeerOf(fd.get()) : std::nullopt;
  if (!peer) return Unavailable("no daemon answers for this mount");
  if (mount.owner && peer->uid != *mount.owner)
    return Unavailable("the name of its control socket is taken by " + Shown(*peer) + ", while its daemon is of user " +
                       std::to_string(*mount.owner));
  if (geteuid() != 0 && peer->uid != geteuid())
    return Unavailable("its daemon is of user " + std::to_string(peer->uid) + ", who may ask, as root may");
  if (!SendAll(fd.get(), request + "\n")) return Unavailable("its daemon, " + Shown(*peer) + ", does not listen");
  return DaemonCall(std::move(fd), peer->pid, LineOf(mount));
}

Result<std::string> DaemonCall::Reply() {
  std::string reply = ReceiveUntil(fd_.get(), kMaxReply, false);
  const std::string process = "process " + std::to_string(daemon_);
  if (reply.empty())
    return Unavailable(process +
                       ", which has the name of its control socket, does not answer: it hangs, perhaps "
                       "since an earlier mount");
  if (!reply.starts_with(mount_))
    return Unavailable("the name of its control socket is taken by " + process + ", which is not its daemon");
  return reply.substr(mount_.size());
}

Result<std::string> AskDaemon(const MountEntry& mount, const std::string& request) {
  RS_TRY(DaemonCall call, DaemonCall::Send(mount, request));
  return call.Reply();
}

}  // namespace rootstream

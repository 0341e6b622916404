// The connection between commands and the daemon of a mount: an abstract socket, named by the device number of the
// mount. It does not access the mount, and works after switch_root. The daemon answers only its own user and root.
// Requests are answered on a thread of the server.
//
// Any process may take an abstract name, and device numbers are reused. So a client compares the answer with what the
// kernel says of the mount: it must come from a process of the user who mounted it, and name the mount's device and
// source. A daemon gives up its name as soon as its connection is gone.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file_io.h"
#include "base/thread.h"
#include "fusefs/mount/mounts.h"

namespace rootstream {

class ControlServer {
 public:
  // Makes the reply to a request line. Called on the server's thread.
  using Answer = std::function<std::string(const std::string&)>;

  // `device`: /dev/fuse of `mount`; must stay open while the server exists. The error names the owner of the name.
  static Result<std::unique_ptr<ControlServer>> Start(const MountEntry& mount, int device, Answer answer);
  ~ControlServer();

 private:
  struct Waiting {  // a request that is answered at the end of the mount
    UniqueFd peer;
    std::string request;
  };
  ControlServer(const MountEntry& mount, int device, UniqueFd socket, UniqueFd wake, Answer answer);
  void Run();
  void Serve(UniqueFd peer);
  void Reply(const UniqueFd& peer, const std::string& request);

  const std::string mount_;  // first line of every reply
  const int device_;
  UniqueFd socket_;
  UniqueFd wake_;
  const Answer answer_;
  std::vector<Waiting> waiting_;
  Thread thread_;
};

// Suffix of a request that is answered when the mount has ended.
inline constexpr std::string_view kAtEnd = " at end";

// DaemonCall: a request to a daemon that waits for its reply.
class DaemonCall {
 public:
  // kUnavailable: no process answers, or not the daemon of this mount.
  static Result<DaemonCall> Send(const MountEntry& mount, const std::string& request);

  int fd() const { return fd_.get(); }  // readable when the reply has come or the daemon has ended
  pid_t daemon() const { return daemon_; }
  // Waits at most a second for each part. kUnavailable: there is no reply, or not from the daemon of this mount.
  Result<std::string> Reply();

 private:
  DaemonCall(UniqueFd fd, pid_t daemon, std::string mount)
      : fd_(std::move(fd)), daemon_(daemon), mount_(std::move(mount)) {}
  UniqueFd fd_;
  pid_t daemon_;
  std::string mount_;
};

// Sends a request line and returns the reply.
Result<std::string> AskDaemon(const MountEntry& mount, const std::string& request);

}  // namespace rootstream

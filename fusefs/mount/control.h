// How commands talk to the daemon of a mount: an abstract socket named by the mount's device number. It never touches
// the mount, and works after switch_root. The daemon answers its own user and root only. Requests are answered on a
// thread of the server.
//
// Anybody may take an abstract name, and a device number is given again. So who asks holds the answer against what the
// kernel says of the mount: it comes from a process of the user who mounted it, and names the mount's device and
// source; and a daemon gives up the name as soon as its own connection is gone.
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
  // From a request line to the whole reply. Called on the server's thread.
  using Answer = std::function<std::string(const std::string&)>;

  // `device`: /dev/fuse of `mount`; stays open while the server lives. The error says who has the name.
  static Result<std::unique_ptr<ControlServer>> Start(const MountEntry& mount, int device, Answer answer);
  ~ControlServer();

 private:
  struct Waiting {  // a request to be answered at the mount's end
    UniqueFd peer;
    std::string request;
  };
  ControlServer(const MountEntry& mount, int device, UniqueFd socket, UniqueFd wake, Answer answer);
  void Run();
  void Serve(UniqueFd peer);
  void Reply(const UniqueFd& peer, const std::string& request);

  const std::string mount_;  // the line that every reply begins with
  const int device_;
  UniqueFd socket_;
  UniqueFd wake_;
  const Answer answer_;
  std::vector<Waiting> waiting_;
  Thread thread_;
};

// A request that is answered once the mount has ended: REQUEST and this.
inline constexpr std::string_view kAtEnd = " at end";

// A request to a daemon, and the reply that is on its way.
class DaemonCall {
 public:
  // kUnavailable: nobody is there, or somebody who is not this mount's daemon.
  static Result<DaemonCall> Send(const MountEntry& mount, const std::string& request);

  int fd() const { return fd_.get(); }  // readable once a reply, or the daemon's end, has come
  pid_t daemon() const { return daemon_; }
  // Waits a second at most for each piece. kUnavailable: there is no reply, or not of this mount's daemon.
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

// How commands talk to the daemon of a mount: an abstract socket named by the mount's device number. It
// never touches the mount, and works after switch_root. The daemon answers its own user and root only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cache/file_io.h"
#include "cache/thread.h"

namespace rootstream {

class ControlServer {
 public:
  // `answer`: from a request line to the whole reply. Called on the server's thread.
  static Result<std::unique_ptr<ControlServer>> Start(
      const std::string& device, std::function<std::string(const std::string&)> answer);
  ~ControlServer();

 private:
  ControlServer(UniqueFd socket, UniqueFd wake,
                std::function<std::string(const std::string&)> answer);
  void Run();
  void Serve(UniqueFd peer);

  UniqueFd socket_;
  UniqueFd wake_;
  std::function<std::string(const std::string&)> answer_;
  Thread thread_;
};

// Sends a request line and returns the reply. Waits a second at most. kUnavailable: nobody answers.
Result<std::string> AskDaemon(const std::string& device, const std::string& request);

bool DaemonIsThere(const std::string& device);

}  // namespace rootstream

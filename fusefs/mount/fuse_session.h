// A FUSE session: the mount in the kernel, and the threads that take its requests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_io.h"
#include "fusefs/mount/fuse_ops.h"

namespace rootstream {

class FuseSession {
 public:
  // Mounts, and returns the device that serves the mount: from there on it waits for a session.
  // `options`: as after -o, for the kernel and fusermount3.
  static Result<UniqueFd> Mount(const std::string& mountpoint, const std::vector<std::string>& options);
  // `options`: the same as when `device` was mounted. `context` must outlive the session.
  static Result<std::unique_ptr<FuseSession>> Open(UniqueFd device, const std::vector<std::string>& options,
                                                   FuseContext& context);
  ~FuseSession();

  void Run(int threads);  // returns when it was unmounted, or after End()
  void End();             // from any thread
  int device() const;     // the open /dev/fuse, as long as the session lives

 private:
  struct State;
  explicit FuseSession(std::unique_ptr<State> state);
  void Loop();
  std::unique_ptr<State> state_;
};

}  // namespace rootstream

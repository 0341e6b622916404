// FuseSession: a FUSE connection to the kernel, and the threads that read its requests. End() may be called by any
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_io.h"
#include "fusefs/mount/fuse_ops.h"

namespace rootstream {

class FuseSession {
 public:
  // Mounts, and returns the device of the connection. Requests wait until a session reads them. `options`: as for -o,
  // for the kernel and fusermount3.
  static Result<UniqueFd> Mount(const std::string& mountpoint, const std::vector<std::string>& options);
  // `options`: the same as for Mount(). `context` must outlive the session.
  static Result<std::unique_ptr<FuseSession>> Open(UniqueFd device, const std::vector<std::string>& options,
                                                   FuseContext& context);
  ~FuseSession();

  void Run(int threads);  // returns after unmount or End()
  void End();             // from any thread
  int device() const;     // the open /dev/fuse, as long as the session lives

 private:
  struct State;
  explicit FuseSession(std::unique_ptr<State> state);
  void Loop();
  std::unique_ptr<State> state_;
};

}  // namespace rootstream

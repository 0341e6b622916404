// Request: one request of the kernel, from its arrival to its only reply. Thread-safe.
//
// Handlers do not use the libfuse request itself. A handler starts the search for the answer, which may reply at once
// and so end the libfuse request, and then calls Park(). Only then is FUSE_INTERRUPT handled: it passes the request to
// InterruptedRequests. The interrupt function itself never replies, since libfuse would free the request while it still
// uses it.
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

#include "base/callback.h"
#include "base/mutex.h"

struct fuse_req;
struct fuse_entry_param;

namespace rootstream {

class InterruptedRequests;

class Request : public std::enable_shared_from_this<Request> {
 public:
  Request(fuse_req* req, InterruptedRequests& interrupted);
  ~Request();  // replies with EIO if there was no reply

  uid_t uid() const { return uid_; }        // of the caller
  pid_t thread() const { return thread_; }  // likewise; 0: of another pid namespace
  bool is_replied() const { return !waits_; }
  // The interest of the caller; it ends with the reply.
  Interest interest() { return {shared_from_this(), &waits_}; }

  // To be called after the search for the answer was started.
  void Park();

  // Only the first of these calls replies; others do nothing.
  void ReplyError(int error);  // errno; 0: success
  void ReplyEntry(const fuse_entry_param& entry);
  void ReplyAttributes(const struct stat& st, double timeout);  // seconds
  void ReplyLink(const char* target);
  void ReplyBytes(std::string_view bytes);
  void ReplyParts(const std::vector<iovec>& parts);
  void ReplyStatFs(const struct statvfs& st);
  void ReplySize(size_t size);  // size of an xattr or of their list
  void ReplyPosition(off_t position);

 private:
  static void OnInterrupt(fuse_req* req, void* self);
  fuse_req* Claim();  // the right to reply; nullptr: already taken

  fuse_req* const req_;
  InterruptedRequests& interrupted_;
  uid_t uid_;
  pid_t thread_;
  Mutex mutex_;  // held while the interrupt function is set, so that no reply comes meanwhile
  bool is_parked_ RS_GUARDED_BY(mutex_) = false;
  std::atomic<bool> waits_ = true;
};

}  // namespace rootstream

// Request: one request of the kernel, from the moment it is taken until its one reply. Thread-safe.
//
// A handler never has the libfuse request itself. It starts what finds the answer, which may reply at once and so
// end the libfuse request, and then parks: only from then on is the kernel's FUSE_INTERRUPT heard, and all that
// it does is to hand the request to InterruptedRequests. Nothing is replied from within libfuse's
// call, which would free the request under it.
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
  ~Request();  // with EIO, should nobody have replied

  uid_t uid() const { return uid_; }        // of the caller
  pid_t thread() const { return thread_; }  // likewise; 0: of another pid namespace
  bool is_replied() const { return !waits_; }
  // Of who waits for the reply: none once it was sent.
  Interest interest() { return {shared_from_this(), &waits_}; }

  // Called when the answer is under way.
  void Park();

  // The first of these is the reply; another does nothing.
  void ReplyError(int error);  // errno; 0: success
  void ReplyEntry(const fuse_entry_param& entry);
  void ReplyAttributes(const struct stat& st, double timeout);  // seconds
  void ReplyLink(const char* target);
  void ReplyBytes(std::string_view bytes);
  void ReplyParts(const std::vector<iovec>& parts);
  void ReplyStatFs(const struct statvfs& st);
  void ReplySize(size_t size);  // of an xattr or a list of them
  void ReplyPosition(off_t position);

 private:
  static void OnInterrupt(fuse_req* req, void* self);
  fuse_req* Claim();  // the right to reply; nullptr: somebody has had it

  fuse_req* const req_;
  InterruptedRequests& interrupted_;
  uid_t uid_;
  pid_t thread_;
  Mutex mutex_;  // held while the interrupt's function is set: not replied meanwhile
  bool is_parked_ RS_GUARDED_BY(mutex_) = false;
  std::atomic<bool> waits_ = true;
};

}  // namespace rootstream

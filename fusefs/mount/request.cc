#define FUSE_USE_VERSION 314
#include "fusefs/mount/request.h"

#include <fuse_lowlevel.h>

#include <cerrno>
#include <climits>
#include <string>

#include "fusefs/mount/interrupted_requests.h"

namespace rootstream {

Request::Request(fuse_req* req, InterruptedRequests& interrupted) : req_(req), interrupted_(interrupted) {
  const fuse_ctx* caller = fuse_req_ctx(req);
  uid_ = caller->uid;
  thread_ = caller->pid;
}

Request::~Request() { ReplyError(EIO); }

// libfuse calls it with a lock of the request held: from here if the interrupt came before, else from
// the thread that reads it. So neither Claim() nor mutex_ may be wanted in it.
void Request::OnInterrupt(fuse_req*, void* self) {
  auto* request = static_cast<Request*>(self);
  request->interrupted_.Add(request->weak_from_this());
}

void Request::Park() {
  const MutexLock lock(mutex_);
  if (!waits_) return;
  is_parked_ = true;
  fuse_req_interrupt_func(req_, OnInterrupt, this);
}

fuse_req* Request::Claim() {
  const MutexLock lock(mutex_);
  if (!waits_.exchange(false)) return nullptr;
  if (is_parked_) fuse_req_interrupt_func(req_, nullptr, nullptr);  // waits until a running OnInterrupt ends
  return req_;
}

void Request::ReplyError(int error) {
  if (fuse_req* req = Claim()) fuse_reply_err(req, error);
}

void Request::ReplyEntry(const fuse_entry_param& entry) {
  if (fuse_req* req = Claim()) fuse_reply_entry(req, &entry);
}

void Request::ReplyAttributes(const struct stat& st, double timeout) {
  if (fuse_req* req = Claim()) fuse_reply_attr(req, &st, timeout);
}

void Request::ReplyLink(const char* target) {
  if (fuse_req* req = Claim()) fuse_reply_readlink(req, target);
}

void Request::ReplyBytes(std::string_view bytes) {
  if (fuse_req* req = Claim()) fuse_reply_buf(req, bytes.data(), bytes.size());
}

void Request::ReplyParts(const std::vector<iovec>& parts) {
  if (parts.size() >= IOV_MAX) {  // libfuse adds one
    std::string flat;
    for (const iovec& part : parts) flat.append(static_cast<const char*>(part.iov_base), part.iov_len);
    return ReplyBytes(flat);
  }
  if (fuse_req* req = Claim()) fuse_reply_iov(req, parts.data(), static_cast<int>(parts.size()));
}

void Request::ReplyStatFs(const struct statvfs& st) {
  if (fuse_req* req = Claim()) fuse_reply_statfs(req, &st);
}

void Request::ReplySize(size_t size) {
  if (fuse_req* req = Claim()) fuse_reply_xattr(req, size);
}

void Request::ReplyPosition(off_t position) {
  if (fuse_req* req = Claim()) fuse_reply_lseek(req, position);
}

}  // namespace rootstream

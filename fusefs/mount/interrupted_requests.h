// InterruptedRequests: parked requests whose caller got a signal. Who is being killed is answered EINTR; everybody else
// goes on waiting. Thread-safe.
//
// The kernel tells of the first signal only, and a killed caller waits for its reply all the same: so an
// interrupted request is looked at again, now and then, until it is replied to.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"

namespace rootstream {

class Request;

class InterruptedRequests {
 public:
  // `is_being_killed`: of a request's caller; called on a thread of its own.
  explicit InterruptedRequests(std::function<bool(const Request&)> is_being_killed);
  ~InterruptedRequests();

  void Add(std::weak_ptr<Request> request);  // from anywhere: no more than one's own lock is taken

 private:
  using Requests = std::vector<std::weak_ptr<Request>>;
  void Run();
  Requests StillWaiting(const Requests& requests) const;

  const std::function<bool(const Request&)> is_being_killed_;
  Mutex mutex_;
  CondVar changed_;
  Requests new_ RS_GUARDED_BY(mutex_);
  bool ending_ RS_GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: it uses the rest; ended by the destructor
};

}  // namespace rootstream

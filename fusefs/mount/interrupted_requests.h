// InterruptedRequests: parked requests whose caller received a signal. If the caller is being killed, the request is
// answered with EINTR; otherwise it stays parked. Thread-safe.
//
// The kernel reports only the first signal, and a killed caller still waits for its reply. So each of these requests is
// checked again from time to time, until it is replied to.
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
  // `is_being_killed`: checks the caller of a request; called on a separate thread.
  explicit InterruptedRequests(std::function<bool(const Request&)> is_being_killed);
  ~InterruptedRequests();

  void Add(std::weak_ptr<Request> request);  // takes no lock but its own

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

// InterruptedRequests: parked requests whose caller got a signal. Who is being killed is answered EINTR; everybody else
// goes on waiting. Thread-safe.
//
// The kernel tells of the first signal only, and a killed caller waits for its reply all the same: so an
// interrupted request is looked at again, now and then, until it is replied to.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

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
  std::mutex mutex_;
  std::condition_variable changed_;
  Requests new_;
  bool ending_ = false;
  Thread thread_;  // last: it uses the rest; ended by the destructor
};

}  // namespace rootstream

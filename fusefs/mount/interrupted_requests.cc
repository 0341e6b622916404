#include "fusefs/mount/interrupted_requests.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "fusefs/mount/request.h"

namespace rootstream {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookAgain{50};
constexpr int kRest = 10;  // times the duration of the last check of all of them

}  // namespace

InterruptedRequests::InterruptedRequests(std::function<bool(const Request&)> is_being_killed)
    : is_being_killed_(std::move(is_being_killed)), thread_("interrupts", [this] { Run(); }) {}

InterruptedRequests::~InterruptedRequests() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  changed_.NotifyAll();
  thread_.Join();
}

void InterruptedRequests::Add(std::weak_ptr<Request> request) {
  {
    const MutexLock lock(mutex_);
    new_.push_back(std::move(request));
  }
  changed_.NotifyAll();
}

InterruptedRequests::Requests InterruptedRequests::StillWaiting(const Requests& requests) const {
  Requests waiting;
  for (const std::weak_ptr<Request>& one : requests) {
    const std::shared_ptr<Request> request = one.lock();
    if (request == nullptr || request->is_replied()) continue;
    if (is_being_killed_(*request)) {
      request->ReplyError(EINTR);
    } else {
      waiting.push_back(one);
    }
  }
  return waiting;
}

void InterruptedRequests::Run() {
  Requests waiting;
  steady_clock::time_point look_at;  // the waiting ones
  while (true) {
    Requests added;
    {
      const MutexLock lock(mutex_);
      while (!ending_ && new_.empty() && (waiting.empty() || steady_clock::now() < look_at)) {
        if (waiting.empty()) {
          changed_.Wait(mutex_);
        } else {
          changed_.WaitUntil(mutex_, look_at);
        }
      }
      if (ending_) return;
      added.swap(new_);
    }
    added = StillWaiting(added);  // in one swap, however many are waiting
    const auto now = steady_clock::now();
    if (waiting.empty()) {
      look_at = now + kLookAgain;
    } else if (now >= look_at) {
      waiting = StillWaiting(waiting);
      const auto took = steady_clock::now() - now;
      look_at = now + took + std::max<steady_clock::duration>(kLookAgain, kRest * took);
    }
    waiting.insert(waiting.end(), added.begin(), added.end());
  }
}

}  // namespace rootstream

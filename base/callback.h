// Callback: the function that receives the answer to an asynchronous request. It is called once: during the request, on
// the caller's thread, or later, on another thread.
//
// A caller may stop waiting before the answer comes, for example because its program was killed. Its Interest then
// becomes false, and a WaiterList drops its callback. Callbacks that call one another during the request do not nest
// without limit: see NestedCall.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/nested_call.h"
#include "base/result.h"

namespace rootstream {

// Whether the caller still waits. nullptr: it always does.
using Interest = std::shared_ptr<const std::atomic<bool>>;

template <typename Call, typename T>
constexpr bool kIsAnsweredWith = std::is_invocable_v<Call&, const Result<T>&>;

template <typename T>
class Callback {
 public:
  Callback() = default;
  Callback(std::nullptr_t) {}  // no caller waits
  template <typename Call, std::enable_if_t<kIsAnsweredWith<Call, T>, int> = 0>
  Callback(Call call, Interest interest = nullptr) : call_(std::move(call)), interest_(std::move(interest)) {}

  void operator()(const Result<T>& result) const {
    const NestedCall now;
    if (now.is_allowed()) return call_(result);
    NestedCall::PutOff([call = call_, result] { call(result); });
  }
  explicit operator bool() const { return call_ != nullptr; }
  friend bool operator==(const Callback& callback, std::nullptr_t) { return callback.call_ == nullptr; }

  const Interest& interest() const { return interest_; }
  bool is_wanted() const { return interest_ == nullptr || *interest_; }

 private:
  std::function<void(const Result<T>&)> call_;
  Interest interest_;
};

// The callbacks that wait for one answer. Callbacks without interest are dropped from time to time, so the list holds
// at most about twice as many as are still wanted. Not thread-safe.
template <typename T>
class WaiterList {
 public:
  // Returns the callbacks that were dropped. The caller destroys them without holding a lock, since their destructors
  // may take locks.
  [[nodiscard]] std::vector<Callback<T>> Add(Callback<T> waiter) {
    waiters_.push_back(std::move(waiter));
    if (waiters_.size() < tidy_at_) return {};
    const auto left =
        std::stable_partition(waiters_.begin(), waiters_.end(), [](const Callback<T>& one) { return one.is_wanted(); });
    std::vector<Callback<T>> gone(std::make_move_iterator(left), std::make_move_iterator(waiters_.end()));
    waiters_.erase(left, waiters_.end());
    tidy_at_ = std::max(kFewWaiters, 2 * waiters_.size());
    return gone;
  }
  bool empty() const { return waiters_.empty(); }
  size_t size() const { return waiters_.size(); }
  std::vector<Callback<T>> TakeAll() { return std::exchange(waiters_, {}); }

 private:
  static constexpr size_t kFewWaiters = 16;
  std::vector<Callback<T>> waiters_;
  size_t tidy_at_ = kFewWaiters;
};

}  // namespace rootstream

// What is shared and changes sits behind its lock, in its type.
#pragma once

#include <mutex>
#include <utility>

namespace rootstream {

template <typename T>
class Guarded {
 public:
  // Calls `use` with the value, under the lock. No input or output in `use`, no second lock.
  template <typename Use>
  auto With(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace rootstream

// What is shared and changes sits behind its lock, in its type. Any thread may use it.
#pragma once

#include <utility>

#include "base/mutex.h"

namespace rootstream {

template <typename T>
class Guarded {
 public:
  // Calls `use` with the value, under the lock. No input or output in `use`, no second lock.
  template <typename Use>
  auto With(Use&& use) {
    const MutexLock lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  Mutex mutex_;
  T value_ RS_GUARDED_BY(mutex_){};
};

}  // namespace rootstream

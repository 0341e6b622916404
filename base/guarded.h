// Guarded: a value together with the mutex that protects it. Thread-safe.
#pragma once

#include <utility>

#include "base/mutex.h"

namespace rootstream {

template <typename T>
class Guarded {
 public:
  // Calls `use` with the value while the mutex is held. `use` must not do I/O or take another lock.
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

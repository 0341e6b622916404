// Guesses: objects that were fetched because they lie beside what was asked for, and how many of them were
// asked for later. So guessing grows where it is right, and stops where it is wrong. Thread-safe.
#pragma once

#include <atomic>
#include <deque>
#include <unordered_set>

#include "base/mutex.h"
#include "base/recent_share.h"
#include "format/id.h"

namespace rootstream {

class Guesses {
 public:
  void Made(const Id& id);
  void Used(const Id& id);  // asked for, guessed or not
  // Of the last guesses, the part that was right: 0 to 1. A half at the beginning.
  double worth() const { return worth_; }

 private:
  RecentShare worth_{32, 0.5};
  std::atomic<size_t> open_count_ = 0;  // lets Used() pass without the lock
  Mutex mutex_;
  std::unordered_set<Id, IdHash> open_ RS_GUARDED_BY(mutex_);  // neither right nor wrong yet
  std::deque<Id> by_age_ RS_GUARDED_BY(mutex_);                // of all that were made; some are no longer open
};

}  // namespace rootstream

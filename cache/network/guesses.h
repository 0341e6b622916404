// Guesses: measures how many of the objects that were fetched by guessing are used later. With it, guessing grows while
// it is right, and stops while it is wrong. Thread-safe.
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
  void Used(const Id& id);  // an object was read, guessed or not
  // The share of recent guesses that were right, 0 to 1. Starts at 0.5.
  double worth() const { return worth_; }

 private:
  RecentShare worth_{32, 0.5};
  std::atomic<size_t> open_count_ = 0;  // so that Used() mostly needs no lock
  Mutex mutex_;
  std::unordered_set<Id, IdHash> open_ RS_GUARDED_BY(mutex_);  // not yet known to be right or wrong
  std::deque<Id> by_age_ RS_GUARDED_BY(mutex_);                // all guesses, also those no longer open
};

}  // namespace rootstream

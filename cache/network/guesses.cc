#include "cache/network/guesses.h"

namespace rootstream {
namespace {

constexpr size_t kMaxOpen = 192;  // a guess counts as wrong after so many further ones

}  // namespace

void Guesses::Made(const Id& id) {
  const MutexLock lock(mutex_);
  if (open_.insert(id).second) by_age_.push_back(id);
  while (by_age_.size() > kMaxOpen) {
    if (open_.erase(by_age_.front()) > 0) worth_.Note(false);
    by_age_.pop_front();
  }
  open_count_ = open_.size();
}

void Guesses::Used(const Id& id) {
  if (open_count_.load(std::memory_order_relaxed) == 0) return;
  const MutexLock lock(mutex_);
  if (open_.erase(id) > 0) worth_.Note(true);
  open_count_ = open_.size();
}

}  // namespace rootstream

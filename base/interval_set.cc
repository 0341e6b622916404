#include "base/interval_set.h"

#include <algorithm>

namespace rootstream {

std::vector<Interval> IntervalSet::Add(uint64_t begin, uint64_t end) {
  std::vector<Interval> fresh;
  if (begin >= end) return fresh;
  auto it = ends_.upper_bound(begin);
  if (it != ends_.begin() && std::prev(it)->second >= begin) --it;
  uint64_t joined_begin = begin, joined_end = end, at = begin;
  while (it != ends_.end() && it->first <= end) {
    if (at < it->first) fresh.push_back({at, it->first});
    at = std::max(at, it->second);
    joined_begin = std::min(joined_begin, it->first);
    joined_end = std::max(joined_end, it->second);
    it = ends_.erase(it);
  }
  if (at < end) fresh.push_back({at, end});
  ends_.emplace(joined_begin, joined_end);
  return fresh;
}

}  // namespace rootstream

// IntervalSet: which bytes of a file have been seen. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace rootstream {

struct Interval {
  uint64_t begin = 0;
  uint64_t end = 0;  // behind the last
  bool operator==(const Interval&) const = default;
};

class IntervalSet {
 public:
  // Adds [begin, end); the answer is what of it was not there before, in order.
  std::vector<Interval> Add(uint64_t begin, uint64_t end);

 private:
  std::map<uint64_t, uint64_t> ends_;  // by begin; apart from one another
};

}  // namespace rootstream

// IntervalSet: a set of byte ranges, for example the bytes of a file that were read. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace rootstream {

struct Interval {
  uint64_t begin = 0;
  uint64_t end = 0;  // exclusive
  bool operator==(const Interval&) const = default;
};

class IntervalSet {
 public:
  // Adds [begin, end). Returns the parts of it that were not in the set, in order.
  std::vector<Interval> Add(uint64_t begin, uint64_t end);

 private:
  std::map<uint64_t, uint64_t> ends_;  // by begin; the ranges neither overlap nor touch
};

}  // namespace rootstream

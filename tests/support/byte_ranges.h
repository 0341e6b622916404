// Where a file has data: sorted, disjoint, non-empty half-open ranges of bytes; the rest is holes.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

namespace rootstream {

struct ByteRange {
  off_t begin;
  off_t end;
};

using ByteRanges = std::vector<ByteRange>;

// The data of an open file as its filesystem reports it: the whole file if lseek(2) cannot find holes.
// nullopt, with errno set, if lseek(2) fails or its answer is impossible.
inline std::optional<ByteRanges> DataOf(int fd, off_t size) {
  ByteRanges data;
  for (off_t at = 0; at < size;) {
    const off_t begin = lseek(fd, at, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) break;
    if (begin < 0 && errno == EINVAL) return ByteRanges{{0, size}};
    if (begin < 0) return std::nullopt;
    if (begin >= size) break;
    const off_t end = lseek(fd, begin, SEEK_HOLE);
    if (end < 0) return std::nullopt;
    if (begin < at || end <= begin) {
      errno = EBADMSG;
      return std::nullopt;
    }
    data.push_back({begin, std::min(end, size)});
    at = end;
  }
  return data;
}

inline ByteRanges Union(const ByteRanges& left, const ByteRanges& right) {
  ByteRanges all = left;
  all.insert(all.end(), right.begin(), right.end());
  std::sort(all.begin(), all.end(), [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
  ByteRanges merged;
  for (const ByteRange& range : all) {
    if (!merged.empty() && range.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

// The parts of `from` that are outside `taken`.
inline ByteRanges Subtract(const ByteRanges& from, const ByteRanges& taken) {
  ByteRanges rest;
  auto next = taken.begin();
  for (const ByteRange& range : from) {
    off_t at = range.begin;
    while (next != taken.end() && next->end <= at) ++next;
    for (auto hit = next; hit != taken.end() && hit->begin < range.end; ++hit) {
      if (at < hit->begin) rest.push_back({at, hit->begin});
      at = hit->end;
    }
    if (at < range.end) rest.push_back({at, range.end});
  }
  return rest;
}

// Extends each range to whole blocks.
inline ByteRanges RoundedOut(ByteRanges ranges, off_t block) {
  for (ByteRange& range : ranges) {
    range.begin -= range.begin % block;
    range.end += (block - range.end % block) % block;
  }
  return Union(ranges, {});
}

}  // namespace rootstream

// Readahead: detects sequential reads of files, and tells what to fetch next.
//
// The kernel's readahead is kept small unless the server is near, because it reads around every page fault: 30 one-byte
// faults in an 8 MiB file read 0.12 MB with up to 16 KiB, and 3.1 MB with 128 KiB (docs/design.md). This class detects
// sequences of reads that follow one another instead. The window of a sequence doubles as the sequence continues.
// Thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <optional>

#include "base/guarded.h"
#include "base/interval_set.h"
#include "base/recent_share.h"

namespace rootstream {

class Readahead {
 public:
  static constexpr uint64_t kFirstWindow = 128 << 10;  // bytes
  static constexpr uint64_t kLargestWindow = 4 << 20;
  static constexpr uint64_t kAllWindows = 8 << 20;  // for all sequences together
  static constexpr uint64_t kProof = 64 << 10;      // bytes read sequentially before anything is fetched
  static constexpr uint64_t kSlack = 512 << 10;     // requests of one sequence may come in another order

  // Reports a read. Returns the bytes of the file that should be fetched now, if any.
  std::optional<Interval> Note(uint64_t inode, uint64_t offset, uint64_t length);
  // The share of recent reads, not counting those at the beginning of a file, that continued a sequence: 0 to 1.
  double sequential_share() const { return sequential_share_; }

 private:
  struct Sequence {
    uint64_t inode = 0;
    uint64_t start = 0;
    uint64_t next = 0;     // end of the last read
    uint64_t fetched = 0;  // end of what was fetched ahead
    uint64_t window = kFirstWindow;
  };
  static constexpr size_t kMaxSequences = 32;

  static std::optional<Interval> Advance(Sequence& sequence, uint64_t largest);

  Guarded<std::list<Sequence>> sequences_;  // most recent first
  RecentShare sequential_share_{64, 0};
};

}  // namespace rootstream

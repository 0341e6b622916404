// Readahead: notices files that are read in a run, and says what to bring in before it is asked for.
//
// The kernel's own readahead is kept small unless the server is near, since it reads around every page fault: 30
// one-byte faults in an 8 MiB file cost 0.12 MB at 16 KiB and less, 3.1 MB at 128 KiB (docs/design.md). A run is told
// here instead: reads that follow one another. Its window doubles as it goes on. Thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <optional>

#include "base/guarded.h"
#include "base/recent_share.h"

namespace rootstream {

struct FileRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};

class Readahead {
 public:
  static constexpr uint64_t kFirstWindow = 128 << 10;  // bytes
  static constexpr uint64_t kLargestWindow = 4 << 20;
  static constexpr uint64_t kAllWindows = 8 << 20;  // of all runs together
  static constexpr uint64_t kProof = 64 << 10;      // read in a run before anything is fetched
  static constexpr uint64_t kSlack = 512 << 10;     // requests of one run may overtake each other

  // Notes a read; the answer is what should be fetched now.
  std::optional<FileRange> Note(uint64_t inode, uint64_t offset, uint64_t length);
  // Of the last reads behind a file's begin, those that went on in a run: 0 to 1.
  double run_share() const { return run_share_; }

 private:
  struct Run {
    uint64_t inode = 0;
    uint64_t start = 0;
    uint64_t next = 0;     // where it has come to
    uint64_t fetched = 0;  // up to where it was fetched ahead
    uint64_t window = kFirstWindow;
  };
  static constexpr size_t kMaxRuns = 32;

  static std::optional<FileRange> Advance(Run& run, uint64_t largest);

  Guarded<std::list<Run>> runs_;  // most recent first
  RecentShare run_share_{64, 0};
};

}  // namespace rootstream

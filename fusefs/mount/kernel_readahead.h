// The kernel's own readahead for a mount: how far it reads around what a program touches. Written by root alone; a file
// that is open keeps what it had. Linux, Documentation/ABI/testing/sysfs-class-bdi. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "cache/network/transfer_table.h"

namespace rootstream {

// What the daemon knows, when a mount begins, of the reads that will come.
enum class Foreknowledge {
  kNone,       // nothing
  kHotRange,   // the image has a hot range, which is fetched before programs read it
  kRecording,  // nothing, and reads are recorded: the kernel must ask for what programs read and for no more
};
// Whether the daemon may change the readahead of its mount later. Only root may.
enum class Tuning { kFixed, kAdjustable };

inline constexpr int kNoReadahead = 0;    // KiB: large reads are asked for page by page
inline constexpr int kPageReadahead = 4;  // page faults are exact, reads may be followed by as much again

// What a mount begins with, in KiB: low, so that page faults bring no more than they need; what a disk has, where the
// server is near.
int FirstReadahead(Foreknowledge known, const NetworkState& network, Tuning tuning);

class KernelReadahead {
 public:
  // `device`: of the mount, as in /proc/self/mountinfo: "0:51".
  static KernelReadahead OfMount(const std::string& device) {
    return KernelReadahead("/sys/class/bdi/" + device + "/read_ahead_kb");
  }
  explicit KernelReadahead(std::string path) : path_(std::move(path)) {}

  std::optional<int> Get() const;  // KiB
  bool Set(int kib) const;         // false: it may not be set

 private:
  std::string path_;
};

// As the mount began, until most of what is read is read in runs, for which many small requests are slow.
class ReadaheadPolicy {
 public:
  explicit ReadaheadPolicy(KernelReadahead readahead) : readahead_(std::move(readahead)) {}

  // The hot range is in the cache, and with it what readahead by a page asks for beside what was recorded: a mount that
  // began without any has it from now on, so that large reads are large requests.
  void HotRangeCame();

  // `run_share`: of the last reads, those that went on where the one before ended: 0 to 1.
  // `foreseen`: a profile fits what is read, and what is around that would come in vain. A mount without readahead
  // stays so: there every read of a few pages looks like a run.
  void Adjust(double run_share, bool foreseen);

 private:
  const KernelReadahead readahead_;
  std::optional<int> low_;  // what it was before it was high
  bool is_high_ = false;
};

}  // namespace rootstream

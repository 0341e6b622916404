// KernelReadahead: the kernel's readahead setting of a mount: how far it reads around what a program touches. Only root
// may change it, and open files keep the old value. Linux, Documentation/ABI/testing/sysfs-class-bdi. Not thread-safe.
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

inline constexpr int kNoReadahead = 0;  // KiB: the kernel requests large reads page by page
inline constexpr int kPageReadahead =
    4;  // KiB: page faults are exact; after a read the kernel may request as much again

// The initial value of a mount in KiB. It is low, so that page faults fetch only what they need, or that of a disk if
// the server is near.
int FirstReadahead(Foreknowledge known, const NetworkState& network, Tuning tuning);

class KernelReadahead {
 public:
  // `device`: the device number of the mount in /proc/self/mountinfo, for example "0:51".
  static KernelReadahead OfMount(const std::string& device) {
    return KernelReadahead("/sys/class/bdi/" + device + "/read_ahead_kb");
  }
  explicit KernelReadahead(std::string path) : path_(std::move(path)) {}

  std::optional<int> Get() const;  // KiB
  bool Set(int kib) const;         // false: not permitted

 private:
  std::string path_;
};

// ReadaheadPolicy: keeps the initial readahead until most reads are sequential; then it raises it, since many small
// requests are slow.
class ReadaheadPolicy {
 public:
  explicit ReadaheadPolicy(KernelReadahead readahead) : readahead_(std::move(readahead)) {}

  // The hot range is in the cache, with the pages that a readahead of one page requests in addition. A mount that began
  // without readahead gets one page from now on, so that large reads become large requests.
  void HotRangeCame();

  // `sequential_share`: the share of recent reads that were sequential, 0 to 1. `foreseen`: a profile predicts nearly
  // all reads, so readahead would fetch in vain. A mount without readahead is not changed, since every read of some
  // pages looks sequential there.
  void Adjust(double sequential_share, bool foreseen);

 private:
  const KernelReadahead readahead_;
  std::optional<int> low_;  // the value before it was raised
  bool is_high_ = false;
};

}  // namespace rootstream

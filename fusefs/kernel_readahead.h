// The kernel's own readahead for a mount: how far it reads around what a program touches. Written by root alone;
// a file that is open keeps what it had. Linux, Documentation/ABI/testing/sysfs-class-bdi.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "cache/fetcher.h"

namespace rootstream {

// What a mount begins with, in KiB: low, so that page faults bring no more than they need; what a disk has, where the
// server is near. `exact`: no further than programs read, because that is recorded, or because just that has been
// recorded and comes in the hot range.
int FirstReadahead(bool exact, const NetworkState& network);

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

  // `run_share`: of the last reads, those that went on where the one before ended: 0 to 1.
  // `foreseen`: a profile fits what is read, and what is around that would come in vain.
  void Adjust(double run_share, bool foreseen);

 private:
  const KernelReadahead readahead_;
  std::optional<int> low_;  // what it was before it was high
  bool is_high_ = false;
};

}  // namespace rootstream

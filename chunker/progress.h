// A line on a terminal that tells how far a long command has come. Nothing when standard error is none.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rootstream {

class Progress {
 public:
  Progress();
  ~Progress();  // takes the line away

  // `total`: bytes; 0: not known. Drawn ten times a second at most.
  void Show(uint64_t done, uint64_t total, const std::string& what);

 private:
  const bool on_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace rootstream

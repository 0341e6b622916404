// The progress of a long command, on one line of a terminal: percent, bytes, time left (where the total is known), and the
// object at hand. Without a terminal it prints nothing. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rootstream {

// The line itself, at most `columns` wide. `total`: bytes; 0: not known. `passed`: since it began.
std::string ProgressLine(uint64_t done, uint64_t total, std::chrono::milliseconds passed, std::string_view what,
                         size_t columns);

class Progress {
 public:
  explicit Progress(int terminal = 2);  // where it is drawn, if that is one
  ~Progress() { End(); }

  // Drawn ten times a second at most. `what`: a name, as it is.
  void Show(uint64_t done, uint64_t total, const std::string& what);
  void End();  // takes the line away

 private:
  const int terminal_;
  const bool on_terminal_;
  bool drawn_ = false;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace rootstream

// The progress of a long command, on one line of a terminal: percent, bytes, time left (where the total is known), and
// the object at hand. Without a terminal it prints nothing. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rootstream {

// The text of the line, at most `columns` wide. `done`, `total`: bytes; total 0: unknown. `passed`: time since the
// start.
std::string ProgressLine(uint64_t done, uint64_t total, std::chrono::milliseconds passed, std::string_view what,
                         size_t columns);

class Progress {
 public:
  explicit Progress(int terminal = 2);  // the descriptor to draw on, if it is a terminal
  ~Progress() { End(); }

  // Draws the line, at most ten times a second. `what`: the object at hand, not yet made printable.
  void Show(uint64_t done, uint64_t total, const std::string& what);
  void End();  // removes the line

 private:
  const int terminal_;
  const bool on_terminal_;
  bool drawn_ = false;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace rootstream

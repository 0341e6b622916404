#include "chunker/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "format/plain_text.h"

namespace rootstream {
namespace {

constexpr int kBarWidth = 30;
constexpr auto kInterval = std::chrono::milliseconds(100);

}  // namespace

Progress::Progress() : on_terminal_(isatty(2) != 0) {}

Progress::~Progress() {
  if (drawn_) fputs("\r\033[K", stderr);
}

void Progress::Show(uint64_t done, uint64_t total, const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now < next_) return;
  next_ = now + kInterval;
  drawn_ = true;
  std::string bar;
  if (total > 0) {
    const uint64_t part = std::min(done, total);
    const auto filled = static_cast<size_t>(part * kBarWidth / total);
    bar = fmt::format("[{}{}] {:>3}% ", std::string(filled, '#'),
                      std::string(kBarWidth - filled, '-'), part * 100 / total);
  }
  fmt::print(stderr, "\r{}{:.1f} MiB {}\033[K", bar, static_cast<double>(done) / (1 << 20),
             Printable(what));
  fflush(stderr);
}

}  // namespace rootstream

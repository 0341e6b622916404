#include "base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/plain_text.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;

constexpr size_t kBarWidth = 12;
constexpr size_t kMostColumns = 60;
constexpr auto kInterval = milliseconds(100);
constexpr auto kSoon = milliseconds(1000);  // no speed is shown before that
constexpr uint64_t kLongest = 100 * 3600;   // shorter estimates are not shown

// The last column stays free: a terminal may wrap when it is written.
size_t ColumnsOf(int terminal) {
  winsize size = {};
  const bool known = ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return (known ? std::min<size_t>(size.ws_col, kMostColumns) : kMostColumns) - 1;
}

std::string Share(uint64_t part, uint64_t total) {
  const double share = static_cast<double>(part) / static_cast<double>(total);
  const auto filled = static_cast<size_t>(share * kBarWidth);
  char percent[8];
  snprintf(percent, sizeof percent, "%3d%%", static_cast<int>(share * 100));
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') + "] " + percent + " ";
}

std::string TimeToGo(uint64_t part, uint64_t total, milliseconds passed) {
  if (passed < kSoon || part == 0 || part == total) return "";
  const double ahead = static_cast<double>(total - part) / static_cast<double>(part);
  const double left = static_cast<double>(passed.count()) / 1000 * ahead;
  if (left >= static_cast<double>(kLongest)) return "";
  const auto seconds = static_cast<unsigned>(left);
  char text[32];
  if (seconds >= 3600) {
    snprintf(text, sizeof text, "%u:%02u:%02u to go ", seconds / 3600, seconds / 60 % 60, seconds % 60);
  } else {
    snprintf(text, sizeof text, "%u:%02u to go ", seconds / 60, seconds % 60);
  }
  return text;
}

// The beginning of UTF-8 text that fits into `columns`. Characters beyond the first, narrow scripts are counted as two
// columns.
std::string_view Fitting(std::string_view text, size_t columns) {
  size_t used = 0, at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    used += bytes > 2 ? 2 : 1;
    if (used > columns) break;
    at = std::min(at + bytes, text.size());
  }
  return text.substr(0, at);
}

}  // namespace

std::string ProgressLine(uint64_t done, uint64_t total, milliseconds passed, std::string_view what, size_t columns) {
  const uint64_t part = std::min(done, total);
  char bytes[40];
  snprintf(bytes, sizeof bytes, "%.1f MiB ", static_cast<double>(done) / (1 << 20));
  std::string line = total > 0 ? Share(part, total) + bytes + TimeToGo(part, total, passed) : std::string(bytes);
  line += Printable(what);
  return std::string(Fitting(line, columns));
}

Progress::Progress(int terminal) : terminal_(terminal), on_terminal_(isatty(terminal) != 0) {}

void Progress::End() {
  if (drawn_) dprintf(terminal_, "\r\033[K");
  drawn_ = false;
}

void Progress::Show(uint64_t done, uint64_t total, const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  if (!on_terminal_ || now < next_) return;
  next_ = now + kInterval;
  drawn_ = true;
  const auto passed = std::chrono::duration_cast<milliseconds>(now - began_);
  const std::string line = ProgressLine(done, total, passed, what, ColumnsOf(terminal_));
  dprintf(terminal_, "\r%s\033[K", line.c_str());
}

}  // namespace rootstream

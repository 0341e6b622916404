#include "base/unix_time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

namespace rootstream {

std::chrono::system_clock::time_point TimePointOf(int64_t seconds) {
  constexpr int64_t kMost = 9'000'000'000;
  return std::chrono::system_clock::from_time_t(std::clamp<int64_t>(seconds, -kMost, kMost));
}

int64_t UnixTime() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string TimeText(int64_t seconds) {
  const time_t time = seconds;
  std::tm utc = {};
  std::array<char, 64> text;
  const bool is_date = gmtime_r(&time, &utc) != nullptr;
  const size_t size = is_date ? strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &utc) : 0;
  return size > 0 ? std::string(text.data(), size) : "@" + std::to_string(seconds);
}

}  // namespace rootstream

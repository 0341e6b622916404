#include "base/progress.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

using std::chrono::milliseconds;
constexpr uint64_t kMiB = 1 << 20;

TEST(ProgressLineShows, ShareBytesTimeAndName) {
  EXPECT_EQ(ProgressLine(25 * kMiB, 100 * kMiB, milliseconds(30'000), "usr/lib", 59),
            "[###---------]  25% 25.0 MiB 1:30 to go usr/lib");
  EXPECT_EQ(ProgressLine(1 * kMiB, 3601 * kMiB, milliseconds(1'000), "a", 59),
            "[------------]   0% 1.0 MiB 1:00:00 to go a");
}

TEST(ProgressLineShows, NoTimeBeforeTheSpeedIsKnown) {
  EXPECT_EQ(ProgressLine(0, 100, milliseconds(5'000), "a", 59), "[------------]   0% 0.0 MiB a");
  EXPECT_EQ(ProgressLine(50, 100, milliseconds(900), "a", 59), "[######------]  50% 0.0 MiB a");
  EXPECT_EQ(ProgressLine(100, 100, milliseconds(5'000), "a", 59), "[############] 100% 0.0 MiB a");
  EXPECT_EQ(ProgressLine(1, UINT64_MAX, milliseconds(5'000), "a", 59), "[------------]   0% 0.0 MiB a");
}

TEST(ProgressLineShows, OnlyBytesWhereTheTotalIsNotKnown) {
  EXPECT_EQ(ProgressLine(3 * kMiB / 2, 0, milliseconds(5'000), "a", 59), "1.5 MiB a");
}

TEST(ProgressLineShows, MoreThanTheTotalAsAllOfIt) {
  EXPECT_EQ(ProgressLine(2 * kMiB, kMiB, milliseconds(5'000), "a", 59), "[############] 100% 2.0 MiB a");
}

TEST(ProgressLineShows, NamesThatNoTerminalObeysCutToTheColumns) {
  EXPECT_EQ(ProgressLine(0, 0, milliseconds(0), "a\x1b[2J\r\xff", 59), "0.0 MiB a\\x1b[2J\\x0d\\xff");
  for (const char* name : {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    std::string long_name;
    for (int i = 0; i < 100; ++i) long_name += name;
    for (size_t columns : {0u, 1u, 10u, 40u, 59u}) {
      const std::string line = ProgressLine(UINT64_MAX / 2, UINT64_MAX, milliseconds(359'000'000), long_name, columns);
      size_t letters = 0;
      for (const char c : line) letters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
      EXPECT_LE(letters, columns);
    }
  }
}

}  // namespace
}  // namespace rootstream

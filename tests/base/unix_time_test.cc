#include "base/unix_time.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(UnixTime, IsShownAsUtc) {
  EXPECT_EQ(TimeText(0), "1970-01-01 00:00:00");
  EXPECT_EQ(TimeText(1'795'694'400), "2026-11-26 12:00:00");
  EXPECT_EQ(TimeText(-1), "1969-12-31 23:59:59");
}

TEST(UnixTime, ShowsWhatIsNoDate) { EXPECT_EQ(TimeText(INT64_MAX), "@9223372036854775807"); }

TEST(TimePointOf, OfATimeThatItCannotHoldIsTheNearest) {
  using std::chrono::system_clock;
  EXPECT_EQ(system_clock::to_time_t(TimePointOf(1'795'811'498)), 1'795'811'498);
  EXPECT_GT(TimePointOf(INT64_MAX), system_clock::now());
  EXPECT_LT(TimePointOf(INT64_MIN), system_clock::from_time_t(0));
}

}  // namespace
}  // namespace rootstream

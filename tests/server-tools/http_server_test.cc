#include "server-tools/http_server.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

using Kind = ByteRange::Kind;

TEST(RangeParse, AnswersAsRfc9110Says) {
  const struct {
    const char* header;
    uint64_t file_size;
    Kind kind;
    uint64_t first, size;
  } cases[] = {
      {nullptr, 100, Kind::kWhole, 0, 100},
      {"", 100, Kind::kWhole, 0, 100},
      {"bytes=0-0", 100, Kind::kPart, 0, 1},
      {"bytes=0-99", 100, Kind::kPart, 0, 100},
      {"bytes=10-19", 100, Kind::kPart, 10, 10},
      {"bytes=10-", 100, Kind::kPart, 10, 90},
      {"bytes=99-99", 100, Kind::kPart, 99, 1},
      {"bytes=99-1000", 100, Kind::kPart, 99, 1},
      {"bytes=-10", 100, Kind::kPart, 90, 10},
      {"bytes=-1000", 100, Kind::kPart, 0, 100},
      {"bytes=0-18446744073709551615", 100, Kind::kPart, 0, 100},
      {"bytes=100-", 100, Kind::kUnsatisfiable, 0, 0},
      {"bytes=100-200", 100, Kind::kUnsatisfiable, 0, 0},
      {"bytes=-0", 100, Kind::kUnsatisfiable, 0, 0},
      {"bytes=0-", 0, Kind::kUnsatisfiable, 0, 0},
      {"bytes=-5", 0, Kind::kUnsatisfiable, 0, 0},
      {"bytes=5-4", 100, Kind::kWhole, 0, 100},
      {"bytes=0-1,5-6", 100, Kind::kWhole, 0, 100},
      {"bytes=a-b", 100, Kind::kWhole, 0, 100},
      {"bytes=", 100, Kind::kWhole, 0, 100},
      {"bytes=-", 100, Kind::kWhole, 0, 100},
      {"bytes=5", 100, Kind::kWhole, 0, 100},
      {"bytes=1-2-3", 100, Kind::kWhole, 0, 100},
      {"bytes=+1-2", 100, Kind::kWhole, 0, 100},
      {"bytes=--5", 100, Kind::kWhole, 0, 100},
      {"lines=0-1", 100, Kind::kWhole, 0, 100},
      {"bytes=18446744073709551616-", 100, Kind::kWhole, 0, 100},
  };
  for (const auto& c : cases) {
    const ByteRange range = ParseRange(c.header, c.file_size);
    const std::string shown = c.header != nullptr ? c.header : "(none)";
    EXPECT_EQ(range.kind, c.kind) << shown;
    EXPECT_EQ(range.first, c.first) << shown;
    EXPECT_EQ(range.size, c.size) << shown;
  }
}

}  // namespace
}  // namespace rootstream

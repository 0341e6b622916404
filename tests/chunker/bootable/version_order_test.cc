#include "chunker/bootable/version_order.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(CompareVersions, OldToNew) {
  const char* const sorted[] = {"0",
                                "5.15.0-9-generic",
                                "5.15.0-105-generic",
                                "6.1.0-9-amd64",
                                "6.1.0-47-amd64",
                                "6.1.0-47-rt-amd64",
                                "6.8.5-301.fc40.x86_64",
                                "6.8.10-300.fc40.x86_64",
                                "6.9.0~rc1-1-amd64",
                                "6.9.0-1-amd64",
                                "6.9.1-arch1-1",
                                "6.10.0"};
  for (size_t i = 0; i < std::size(sorted); ++i) {
    EXPECT_EQ(CompareVersions(sorted[i], sorted[i]), 0);
    for (size_t j = i + 1; j < std::size(sorted); ++j) {
      EXPECT_LT(CompareVersions(sorted[i], sorted[j]), 0) << sorted[i] << " " << sorted[j];
      EXPECT_GT(CompareVersions(sorted[j], sorted[i]), 0) << sorted[j] << " " << sorted[i];
    }
  }
}

TEST(CompareVersions, NumbersOfAnyLengthAndZeros) {
  EXPECT_EQ(CompareVersions("1.002", "1.2"), 0);
  EXPECT_LT(CompareVersions("99999999999999999999998", "99999999999999999999999"), 0);
  EXPECT_GT(CompareVersions("1", ""), 0);
}

}  // namespace
}  // namespace rootstream

#include "chunker/content_index.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(ContentIndexFindOrAdd, GivesTheFirstPosition) {
  ContentIndex index;
  constexpr uint64_t kContents = 50'000;
  const auto hash = [](uint64_t n) { return Sha256(std::to_string(n)); };
  for (uint64_t n = 0; n < kContents; ++n) ASSERT_EQ(index.FindOrAdd(hash(n), n * 3), ContentIndex::kNone) << n;
  for (uint64_t n = 0; n < kContents; ++n) ASSERT_EQ(index.FindOrAdd(hash(n), 1), n * 3) << n;
}

TEST(ContentIndexFindOrAdd, TellsKeysApartByTwentyBytes) {
  ContentIndex index;
  Id id{};
  EXPECT_EQ(index.FindOrAdd(id, 0), ContentIndex::kNone);
  for (size_t at = 0; at < 20; ++at) {
    Id other{};
    other.bytes[at] = 1;
    EXPECT_EQ(index.FindOrAdd(other, at + 1), ContentIndex::kNone) << at;
  }
  EXPECT_EQ(index.FindOrAdd(id, 99), 0u);
}

}  // namespace
}  // namespace rootstream

#include "chunker/fastcdc.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tests/support/test_pack.h"

namespace rootstream {
namespace {

constexpr CutSizes kSizes{.average = 4096};

// Where the chunks of `bytes` end.
std::vector<size_t> Cuts(std::string_view bytes) {
  std::vector<size_t> cuts;
  for (size_t at = 0; at < bytes.size();) {
    at += FirstCut(bytes.substr(at), kSizes);
    cuts.push_back(at);
  }
  return cuts;
}

TEST(FastCdcCut, StaysBetweenMinimumAndMaximum) {
  for (const std::string& bytes : {RandomBytes(1 << 20, 1), std::string(1 << 20, 'a')}) {
    const auto cuts = Cuts(bytes);
    size_t before = 0;
    for (const size_t cut : cuts) {
      if (cut != bytes.size()) {
        EXPECT_GE(cut - before, kSizes.minimum());
      }
      EXPECT_LE(cut - before, kSizes.maximum());
      before = cut;
    }
    EXPECT_EQ(before, bytes.size());
  }
}

TEST(FastCdcCut, TakesAllOfShortInput) {
  for (const size_t size : {size_t{0}, size_t{1}, kSizes.minimum() - 1, kSizes.minimum()})
    EXPECT_EQ(FirstCut(RandomBytes(size, 2), kSizes), size);
}

TEST(FastCdcCut, AveragesNearTheAverage) {
  const auto cuts = Cuts(RandomBytes(4 << 20, 3));
  const size_t average = (4 << 20) / cuts.size();
  EXPECT_GT(average, kSizes.average * 2 / 3);
  EXPECT_LT(average, kSizes.average * 3 / 2);
}

TEST(FastCdcCut, IsDecidedByTheBytesBeforeIt) {
  const std::string bytes = RandomBytes(1 << 16, 4);
  const size_t cut = FirstCut(bytes, kSizes);
  EXPECT_EQ(FirstCut(bytes, kSizes), cut);
  for (const size_t size : {cut, cut + 1, cut + 1000})
    EXPECT_EQ(FirstCut(std::string_view(bytes).substr(0, size), kSizes), cut) << size;
}

TEST(FastCdcCut, AnInsertionMovesOnlyTheCutsBesideIt) {
  const std::string bytes = RandomBytes(1 << 20, 5);
  std::string changed = bytes;
  const size_t at = 300'000;
  changed.insert(at, "inserted");
  const auto before = Cuts(bytes), after = Cuts(changed);
  std::set<size_t> moved;  // cuts of the changed bytes, as positions in the original
  for (const size_t cut : after) moved.insert(cut > at ? cut - 8 : cut);
  size_t lost = 0;
  for (const size_t cut : before) lost += !moved.contains(cut);
  EXPECT_LE(lost, 8u) << "of " << before.size();
  for (const size_t cut : before) {
    if (cut <= at) {
      EXPECT_TRUE(moved.contains(cut));
    }
  }
}

// The cuts decide which chunks versions and stores share, so they must never change.
TEST(FastCdcCut, StaysAsItWas) {
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += std::to_string(i * 7919) + ",";
  const auto cuts = Cuts(bytes);
  std::string text;
  for (const size_t cut : cuts) text += std::to_string(cut) + " ";
  EXPECT_EQ(Sha256(text).Hex().substr(0, 16), "95821a224dd4b720") << text.substr(0, 100);
}

}  // namespace
}  // namespace rootstream

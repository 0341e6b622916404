#include "chunker/hot_order.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

constexpr uint64_t kPage = 4096;

ProfileEvent Read(const std::string& path, uint64_t offset, uint64_t length) {
  return {ProfileKind::kRead, 0, 0, offset, length, path, {}};
}

// The path and the first page of each part, in order of rank.
std::vector<std::pair<std::string, uint64_t>> OrderOf(const HotOrder& order, const std::vector<std::string>& paths) {
  std::vector<std::tuple<size_t, std::string, uint64_t>> ranked;
  for (const std::string& path : paths)
    for (const HotPart& part : order.PartsOf(path, {.size = UINT64_MAX / 2}, kPage))
      ranked.emplace_back(part.rank, path, part.begin / kPage);
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::pair<std::string, uint64_t>> out;
  for (const auto& [rank, path, page] : ranked) out.emplace_back(path, page);
  return out;
}

TEST(HotOrderPartsOf, GivesWholeBlocksWithinTheFileNoneTwice) {
  Profile profile;
  profile.events = {Read("/a", 10'000, 1), Read("/a", 0, 1), Read("/a", 100, 9'000)};
  const HotOrder order(profile, {});
  EXPECT_EQ(order.PartsOf("/a", {.size = 100'000}, kPage), (std::vector<HotPart>{{0, 8192, 1}, {8192, 12'288, 0}}));
  EXPECT_EQ(order.PartsOf("/a", {.size = 8'200}, kPage), (std::vector<HotPart>{{0, 8192, 1}, {8192, 8200, 0}}));
  EXPECT_EQ(order.PartsOf("/a", {.size = 5'000}, kPage), (std::vector<HotPart>{{0, 5000, 1}}))
      << "a file that became shorter";
  EXPECT_EQ(order.PartsOf("/a", {.size = 100'000}, 4 * kPage), (std::vector<HotPart>{{0, 16'384, 0}}));
  EXPECT_TRUE(order.PartsOf("/b", {.size = 100'000}, kPage).empty());
}

TEST(HotOrderPartsOf, TakesWhatIsAroundInAnotherVersionOfTheFile) {
  constexpr FileVersion kRecorded = {.size = 100'000, .mtime = 5};
  Profile profile;
  profile.events = {{ProfileKind::kFile, 0, 0, 0, 0, "/a", {}, kRecorded}, Read("/a", 5 * kPage, 1), Read("/a", 0, 1)};
  const HotOrder order(profile, {});
  EXPECT_EQ(order.PartsOf("/a", kRecorded, kPage), (std::vector<HotPart>{{0, kPage, 1}, {5 * kPage, 6 * kPage, 0}}));
  const std::vector<HotPart> around = {{0, 3 * kPage, 1}, {3 * kPage, 8 * kPage, 0}};
  EXPECT_EQ(order.PartsOf("/a", {.size = 100'000, .mtime = 6}, kPage), around);
  EXPECT_EQ(order.PartsOf("/a", {.size = 100'001, .mtime = 5}, kPage), around);
  profile.events.push_back({ProfileKind::kFile, 0, 0, 0, 0, "/a", {}, {.size = 1, .mtime = 1}});
  EXPECT_EQ(HotOrder(profile, {}).PartsOf("/a", kRecorded, kPage), around) << "merged of two versions";
}

TEST(HotOrderRebase, KeepsTheOrderOfAnEarlierHotRange) {
  Profile profile;
  profile.events = {Read("/new first", 0, 1), Read("/c", 0, 1), Read("/new", 0, 1), Read("/a", 0, 1), Read("/b", 0, 1)};
  const std::vector<FilePart> base = {{"/a", 0, kPage}, {"/gone", 0, kPage}, {"/b", 0, kPage}, {"/c", 0, kPage}};
  using Order = std::vector<std::pair<std::string, uint64_t>>;
  EXPECT_EQ(OrderOf(HotOrder(profile, base), {"/a", "/b", "/c", "/new", "/new first", "/gone"}),
            (Order{{"/new first", 0}, {"/a", 0}, {"/b", 0}, {"/c", 0}, {"/new", 0}}));
}

TEST(HotOrderBehind, WhatAKernelThatReadsAheadAsksForComesLast) {
  Profile profile;
  profile.events = {Read("/begin", 0, 2 * kPage), Read("/page", 0, 100), Read("/middle", kPage, 32 * kPage),
                    Read("/large", kPage, 33 * kPage)};
  const HotOrder order(profile, {});
  EXPECT_EQ(order.PartsOf("/begin", {.size = 100 * kPage}, kPage),
            (std::vector<HotPart>{{0, 2 * kPage, 0}, {2 * kPage, 4 * kPage, 4}}));
  EXPECT_EQ(order.PartsOf("/page", {.size = 100 * kPage}, kPage), (std::vector<HotPart>{{0, kPage, 1}}));
  EXPECT_EQ(order.PartsOf("/middle", {.size = 100 * kPage}, kPage), (std::vector<HotPart>{{kPage, 33 * kPage, 2}}));
  EXPECT_EQ(order.PartsOf("/large", {.size = 100 * kPage}, kPage),
            (std::vector<HotPart>{{kPage, 34 * kPage, 3}, {34 * kPage, 97 * kPage, 5}}));
  EXPECT_EQ(order.PartsOf("/large", {.size = 40 * kPage}, kPage),
            (std::vector<HotPart>{{kPage, 34 * kPage, 3}, {34 * kPage, 40 * kPage, 5}}))
      << "to the file's end";
  EXPECT_EQ(order.PartsOf("/begin", {.size = 2 * kPage}, kPage), (std::vector<HotPart>{{0, 2 * kPage, 0}}));
}

TEST(HotOrderBehind, WhatIsReadElsewhereKeepsItsPlace) {
  Profile profile;
  profile.events = {Read("/a", 0, 2 * kPage), Read("/b", 0, 1), Read("/a", 3 * kPage, 1)};
  EXPECT_EQ(HotOrder(profile, {}).PartsOf("/a", {.size = 100 * kPage}, kPage),
            (std::vector<HotPart>{{0, 2 * kPage, 0}, {2 * kPage, 3 * kPage, 3}, {3 * kPage, 4 * kPage, 2}}));
}

TEST(HotOrderIsNeeded, WhatWasLookedUpReadOrListed) {
  Profile profile;
  profile.events = {{ProfileKind::kLook, 0, 0, 0, 0, "/etc/looked", {}},
                    Read("/usr/read", 0, 1),
                    {ProfileKind::kList, 0, 0, 0, 0, "/", {}},
                    {ProfileKind::kList, 0, 0, 0, 0, "/var", {}}};
  const HotOrder order(profile, {});
  for (const char* path : {"/etc/looked", "/usr/read", "/any", "/var/any"}) EXPECT_TRUE(order.IsNeeded(path)) << path;
  for (const char* path : {"/etc/other", "/var/any/below", "/usr/any"}) EXPECT_FALSE(order.IsNeeded(path)) << path;
  EXPECT_TRUE(HotOrder().empty());
}

}  // namespace
}  // namespace rootstream

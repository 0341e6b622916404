#include "fusefs/ahead/readahead.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

constexpr uint64_t kStep = 16 << 10;

// Reads [from, to) sequentially. Returns everything that was to be fetched, which must be one range.
std::optional<Interval> ReadRun(Readahead& readahead, uint64_t inode, uint64_t from, uint64_t to) {
  std::optional<Interval> all;
  for (uint64_t at = from; at < to; at += kStep) {
    const auto ahead = readahead.Note(inode, at, kStep);
    if (!ahead) continue;
    EXPECT_GT(ahead->end, ahead->begin);
    EXPECT_GE(ahead->begin, at + kStep) << "what was read already";
    EXPECT_LE(ahead->end, at + kStep + Readahead::kLargestWindow);
    if (all) {
      EXPECT_EQ(ahead->begin, all->end) << "no byte twice, none left out";
    }
    if (!all) all = Interval{ahead->begin, ahead->begin};
    all->end = ahead->end;
  }
  return all;
}

TEST(ReadaheadNote, FetchesNothingForAFirstRead) {
  Readahead readahead;
  EXPECT_FALSE(readahead.Note(1, 0, kStep).has_value());
  EXPECT_FALSE(readahead.Note(2, 1 << 20, 1 << 20).has_value());
}

TEST(ReadaheadNote, FetchesAgainForAFileThatIsReadAgain) {
  Readahead readahead;
  const auto first = ReadRun(readahead, 1, 0, 8 << 20);
  const auto again = ReadRun(readahead, 1, 0, 8 << 20);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->begin, first->begin);
}

TEST(ReadaheadNote, TwoReadersOfOneFileHaveARunEach) {
  Readahead readahead;
  int first = 0, second = 0;
  for (uint64_t i = 0; i < 64; ++i) {
    first += readahead.Note(1, i * kStep, kStep).has_value() ? 1 : 0;
    second += readahead.Note(1, (64 << 20) + i * kStep, kStep).has_value() ? 1 : 0;
  }
  EXPECT_GT(first, 0);
  EXPECT_GT(second, 0);
}

TEST(ReadaheadRunShare, TellsRunsFromScatteredReads) {
  Readahead readahead;
  for (uint64_t file = 1; file <= 100; ++file) ReadRun(readahead, file, 0, 10 * kStep);
  EXPECT_GT(readahead.sequential_share(), 0.9);
  for (uint64_t i = 0; i < 100; ++i) (void)readahead.Note(1, (i * 7919 % 100 + 1) * (2 << 20), 4096);
  EXPECT_LT(readahead.sequential_share(), 0.5);
}

TEST(ReadaheadNote, FetchesNothingForScatteredReads) {
  Readahead readahead;
  for (uint64_t i = 0; i < 100; ++i) {
    const uint64_t offset = (i * 7919 % 100) * (2 << 20);
    EXPECT_FALSE(readahead.Note(1, offset, 4096).has_value()) << i;
  }
}

TEST(ReadaheadNote, FetchesAheadOnceARunIsProven) {
  Readahead readahead;
  const auto ahead = ReadRun(readahead, 1, 0, Readahead::kProof);
  ASSERT_TRUE(ahead.has_value());
  EXPECT_EQ(ahead->begin, Readahead::kProof);
  EXPECT_EQ(ahead->end - ahead->begin, Readahead::kFirstWindow);
}

TEST(ReadaheadNote, StaysAheadOfALongRun) {
  Readahead readahead;
  const uint64_t end = 64 << 20;
  const auto ahead = ReadRun(readahead, 1, 0, end);
  ASSERT_TRUE(ahead.has_value());
  EXPECT_GE(ahead->end, end + Readahead::kLargestWindow / 2);
}

TEST(ReadaheadNote, TakesRequestsThatOvertakeEachOther) {
  Readahead readahead;
  bool fetched = false;
  for (uint64_t at = 0; at < 1 << 20; at += 2 * kStep) {
    fetched |= readahead.Note(1, at + kStep, kStep).has_value();
    fetched |= readahead.Note(1, at, kStep).has_value();
  }
  EXPECT_TRUE(fetched);
}

TEST(ReadaheadNote, KeepsFilesApart) {
  Readahead readahead;
  for (uint64_t at = 0; at < 1 << 20; at += kStep) {
    const auto first = readahead.Note(1, at, kStep);
    readahead.Note(2, (at * 977) % (1 << 30), 100);
    if (at >= Readahead::kProof && at < 2 * Readahead::kProof) continue;
    if (at == 0) {
      EXPECT_FALSE(first.has_value());
    }
  }
  EXPECT_TRUE(ReadRun(readahead, 1, 1 << 20, 8 << 20).has_value());
}

TEST(ReadaheadNote, BeginsAnewAfterASeek) {
  Readahead readahead;
  ReadRun(readahead, 1, 0, 8 << 20);
  EXPECT_FALSE(readahead.Note(1, uint64_t{1} << 30, kStep).has_value());
  EXPECT_FALSE(readahead.Note(1, (uint64_t{1} << 30) + kStep, kStep).has_value());
}

TEST(ReadaheadNote, ManyRunsShareTheirBytes) {
  Readahead readahead;
  constexpr uint64_t kRuns = 16;
  for (uint64_t at = 0; at < 16 << 20; at += kStep) {
    for (uint64_t inode = 1; inode <= kRuns; ++inode) {
      const auto ahead = readahead.Note(inode, at, kStep);
      if (ahead && at > 1 << 20) {
        EXPECT_LE(ahead->end - ahead->begin, Readahead::kAllWindows / kRuns);
      }
    }
  }
}

TEST(ReadaheadNote, SurvivesExtremes) {
  Readahead readahead;
  for (const uint64_t offset : {uint64_t{0}, UINT64_MAX - 10, uint64_t{1} << 62}) {
    readahead.Note(1, offset, 0);
    readahead.Note(1, offset, 5);
  }
}

}  // namespace
}  // namespace rootstream

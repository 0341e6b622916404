#include "cache/segment_index.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

constexpr size_t kMapSize = 16 << 20;
constexpr uint32_t kEntries = 500;

Id IdOf(uint32_t n) { return Sha256("object " + std::to_string(n)); }

std::unique_ptr<SegmentIndex> OpenIndex(const std::string& folder, const std::string& stamp, bool take_sealed = true) {
  auto index = SegmentIndex::Open(folder, stamp, kMapSize, take_sealed);
  EXPECT_TRUE(IsOk(index));
  return index.ok() ? std::move(*index) : nullptr;
}

void Fill(SegmentIndex& index) {
  for (uint32_t n = 0; n < kEntries; ++n) ASSERT_TRUE(IsOk(index.Put(IdOf(n), {n / 100, n + 1, uint64_t{n} << 33})));
}

class SealedIndex : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto index = OpenIndex(folder_.path(), "stamp");
    Fill(*index);
    ASSERT_TRUE(IsOk(index->Seal(folder_.path(), "stamp")));
    bytes_ = ReadTestFile(folder_ / "index");
    seal_ = ReadTestFile(folder_ / "index.seal");
  }

  // A damaged index must open as an empty one that works.
  void ExpectStartsEmpty(const std::string& index_bytes, const std::string& seal) {
    WriteTestFile(folder_ / "index", index_bytes);
    WriteTestFile(folder_ / "index.seal", seal);
    const auto index = OpenIndex(folder_.path(), "stamp");
    EXPECT_FALSE(index->was_sealed());
    EXPECT_FALSE(index->Find(IdOf(7)).has_value());
    EXPECT_TRUE(IsOk(index->Put(IdOf(7), {1, 2, 3})));
    EXPECT_TRUE(index->Find(IdOf(7)).has_value());
  }

  TempFolder folder_;
  std::string bytes_;
  std::string seal_;
};

TEST(SegmentIndexPut, IsFoundAgain) {
  const TempFolder folder;
  const auto index = OpenIndex(folder.path(), "stamp");
  EXPECT_FALSE(index->was_sealed());
  EXPECT_FALSE(index->Find(IdOf(1)).has_value());
  ASSERT_TRUE(IsOk(index->Put(IdOf(1), {5, 6, 7})));
  EXPECT_EQ(index->Find(IdOf(1)), (SegmentPlace{5, 6, 7}));
}

TEST(SegmentIndexRemove, TakesOnlyThePlaceItNames) {
  const TempFolder folder;
  const auto index = OpenIndex(folder.path(), "stamp");
  ASSERT_TRUE(IsOk(index->Put(IdOf(1), {5, 6, 7})));
  index->Remove(IdOf(1), {4, 6, 7});
  EXPECT_TRUE(index->Find(IdOf(1)).has_value()) << "it has moved on";
  index->Remove(IdOf(1), {5, 6, 7});
  EXPECT_FALSE(index->Find(IdOf(1)).has_value());
}

TEST(SegmentIndexPut, ReplacesWhatWasThere) {
  const TempFolder folder;
  const auto index = OpenIndex(folder.path(), "stamp");
  Fill(*index);
  ASSERT_TRUE(IsOk(index->Put(IdOf(1), {5, 6, 7})));
  EXPECT_EQ(index->Find(IdOf(1)), (SegmentPlace{5, 6, 7}));
}

TEST(SegmentIndexRemove, TakesWhatIsNotWrittenYet) {
  const TempFolder folder;
  auto index = OpenIndex(folder.path(), "stamp");
  ASSERT_TRUE(IsOk(index->Put(IdOf(1), {5, 6, 7})));
  index->Remove(IdOf(1), {5, 6, 7});
  ASSERT_TRUE(IsOk(index->Put(IdOf(2), {5, 6, 7})));
  ASSERT_TRUE(IsOk(index->Seal(folder.path(), "stamp")));
  index.reset();
  const auto again = OpenIndex(folder.path(), "stamp");
  EXPECT_TRUE(again->was_sealed());
  EXPECT_FALSE(again->Find(IdOf(1)).has_value());
  EXPECT_TRUE(again->Find(IdOf(2)).has_value());
}

TEST(SegmentIndexFind, SeesWhatItsThreadDidWhileOthersWrite) {
  const TempFolder folder;
  const auto index = OpenIndex(folder.path(), "stamp");
  constexpr uint32_t kEach = 300;  // several times the entries of one write
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint32_t n = t * kEach; n < (t + 1) * kEach; ++n) {
        const SegmentPlace place{n, n + 1, n};
        EXPECT_TRUE(IsOk(index->Put(IdOf(n), place)));
        EXPECT_EQ(index->Find(IdOf(n)), place);
        if (n % 3 == 0) index->Remove(IdOf(n), place);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (uint32_t n = 0; n < 4 * kEach; ++n) EXPECT_EQ(index->Find(IdOf(n)).has_value(), n % 3 != 0) << n;
}

// A process that reads an unreadable sector through a mapping would be killed.
TEST(SegmentIndexFiles, NothingOfTheDiskIsMapped) {
  const TempFolder folder;
  {
    const auto index = OpenIndex(folder.path(), "stamp");
    Fill(*index);
    ASSERT_TRUE(IsOk(index->Seal(folder.path(), "stamp")));
  }
  const auto index = OpenIndex(folder.path(), "stamp");
  ASSERT_TRUE(index->was_sealed());
  EXPECT_TRUE(index->Find(IdOf(1)).has_value());
  EXPECT_TRUE(FilesBelow(folder.path()).empty()) << "a crash must not find it again";
  const std::string maps = ReadTestFile("/proc/self/maps");
  EXPECT_EQ(maps.find(folder.path()), std::string::npos) << maps;
}

TEST(SegmentIndexFiles, AFifoInTheirPlaceHoldsNobodyUp) {
  const TempFolder folder;
  for (const char* name : {"index", "index.seal"}) {
    ASSERT_EQ(mkfifo((folder / name).c_str(), 0600), 0);
    EXPECT_FALSE(OpenIndex(folder.path(), "stamp")->was_sealed()) << name;
  }
}

TEST(SegmentIndexMemory, AnEntryCostsFewBytes) {
  constexpr uint32_t kMany = 40'000;  // as many objects of 50 KiB as 2 GiB hold
  const TempFolder folder;
  auto index = OpenIndex(folder.path(), "stamp");
  for (uint32_t n = 0; n < kMany; ++n)
    ASSERT_TRUE(IsOk(index->Put(IdOf(n), {n / 1300, 50'000 + n % 1000, n % 1300 * uint64_t{50'000}})));
  RecordProperty("put", static_cast<int>(index->MemorySize() / kMany));
  EXPECT_LT(index->MemorySize(), 80 * kMany);
  ASSERT_TRUE(IsOk(index->Seal(folder.path(), "stamp")));
  EXPECT_EQ(index->SealedSize(), kMany * SegmentIndex::kEntrySize);
  EXPECT_EQ(std::filesystem::file_size(folder / "index"), index->SealedSize());
  index = OpenIndex(folder.path(), "stamp");
  ASSERT_TRUE(index->was_sealed());
  RecordProperty("sealed", static_cast<int>(index->MemorySize() / kMany));
  EXPECT_LT(index->MemorySize(), 50 * kMany);
  for (uint32_t n = 0; n < kMany; ++n) ASSERT_TRUE(index->Find(IdOf(n)).has_value()) << n;
}

TEST(SegmentIndexRemove, TakesAWholeSegment) {
  const TempFolder folder;
  const auto index = OpenIndex(folder.path(), "stamp");
  Fill(*index);
  index->RemoveSegment(2);
  for (uint32_t n = 0; n < kEntries; ++n) EXPECT_EQ(index->Find(IdOf(n)).has_value(), n / 100 != 2) << n;
}

// The seal detects damage, but an index with a matching seal may still be nonsense.
TEST(SegmentIndexOpen, SealedNonsenseStartsEmpty) {
  std::string falling;
  for (const uint8_t first : {9, 3}) falling += std::string(SegmentIndex::kEntrySize, static_cast<char>(first));
  for (const std::string& bytes : {falling, std::string(31, 'x'), std::string(320, '\0')}) {
    const TempFolder folder;
    WriteTestFile(folder / "index", bytes);
    WriteTestFile(folder / "index.seal", "rootstream index seal 2\n" + Sha256(bytes).Hex() + "\nstamp\n");
    const auto index = OpenIndex(folder.path(), "stamp");
    EXPECT_FALSE(index->was_sealed());
    EXPECT_EQ(index->SealedSize(), 0u);
  }
}

TEST(SegmentIndexPut, FailsWhenTheMapIsFull) {
  const TempFolder folder;
  auto index = SegmentIndex::Open(folder.path(), "stamp", 64 << 10, true);
  ASSERT_TRUE(IsOk(index));
  bool failed = false;
  uint32_t n = 0;
  for (; n < 10'000 && !failed; ++n) failed = !(*index)->Put(IdOf(n), {n, 2, 3}).ok();
  EXPECT_TRUE(failed);
  EXPECT_TRUE((*index)->Find(IdOf(0)).has_value()) << "what it has it keeps";
  for (uint32_t i = 0; i < n; ++i) {
    const auto place = (*index)->Find(IdOf(i));
    EXPECT_TRUE(!place || place->segment == i) << i;
  }
  EXPECT_FALSE((*index)->Find(IdOf(n - 1)).has_value());
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, (*index)->Seal(folder.path(), "stamp"))) << "it lacks some";
  EXPECT_FALSE(OpenIndex(folder.path(), "stamp")->was_sealed());
}

TEST_F(SealedIndex, SurvivesAndIsTakenOnce) {
  const auto index = OpenIndex(folder_.path(), "stamp");
  ASSERT_TRUE(index->was_sealed());
  for (uint32_t n = 0; n < kEntries; ++n) {
    const auto place = index->Find(IdOf(n));
    ASSERT_TRUE(place.has_value());
    EXPECT_EQ(place->offset, uint64_t{n} << 33);
  }
  EXPECT_FALSE(OpenIndex(folder_.path(), "stamp")->was_sealed()) << "a crash must not find it again";
}

TEST_F(SealedIndex, IsNotTakenForAnotherStamp) { EXPECT_FALSE(OpenIndex(folder_.path(), "other")->was_sealed()); }

TEST_F(SealedIndex, IsLeftAloneByReaders) {
  EXPECT_FALSE(OpenIndex(folder_.path(), "stamp", false)->was_sealed());
  EXPECT_TRUE(OpenIndex(folder_.path(), "stamp")->was_sealed());
}

TEST_F(SealedIndex, WithoutItsSealStartsEmpty) {
  std::filesystem::remove(folder_ / "index.seal");
  EXPECT_FALSE(OpenIndex(folder_.path(), "stamp")->was_sealed());
}

TEST_F(SealedIndex, WithAnyDamageToItsSealStartsEmpty) {
  for (size_t at = 0; at < seal_.size(); at += kEachByte) {
    std::string seal = seal_;
    seal[at] ^= 1;
    ExpectStartsEmpty(bytes_, seal);
    ExpectStartsEmpty(bytes_, seal_.substr(0, at));
  }
}

TEST_F(SealedIndex, FlippedAnywhereStartsEmpty) {
  for (size_t i = 0; i < 300; i += kEachByte) {
    std::string bytes = bytes_;
    bytes[i * bytes.size() / 300] ^= static_cast<char>(1 << (i % 8));
    ExpectStartsEmpty(bytes, seal_);
  }
}

TEST_F(SealedIndex, TruncatedAnywhereStartsEmpty) {
  for (size_t i = 0; i < 300; i += kEachByte) ExpectStartsEmpty(bytes_.substr(0, i * bytes_.size() / 300), seal_);
  ExpectStartsEmpty(bytes_ + "x", seal_);
}

TEST_F(SealedIndex, LacksWhatWasRemoved) {
  auto index = OpenIndex(folder_.path(), "stamp");
  for (uint32_t n = 0; n < kEntries; n += 2) {
    index->Remove(IdOf(n), *index->Find(IdOf(n)));
    EXPECT_FALSE(index->Find(IdOf(n)).has_value()) << n;
  }
  ASSERT_TRUE(IsOk(index->Seal(folder_.path(), "stamp 2")));
  index.reset();
  const auto again = OpenIndex(folder_.path(), "stamp 2");
  for (uint32_t n = 0; n < kEntries; ++n) EXPECT_EQ(again->Find(IdOf(n)).has_value(), n % 2 == 1) << n;
}

TEST_F(SealedIndex, IsWrittenOverByTheNextSeal) {
  auto index = OpenIndex(folder_.path(), "stamp");
  ASSERT_TRUE(IsOk(index->Put(IdOf(kEntries), {1, 2, 3})));
  ASSERT_TRUE(IsOk(index->Seal(folder_.path(), "stamp 2")));
  index.reset();
  const auto again = OpenIndex(folder_.path(), "stamp 2");
  EXPECT_TRUE(again->was_sealed());
  EXPECT_TRUE(again->Find(IdOf(kEntries)).has_value());
}

}  // namespace
}  // namespace rootstream

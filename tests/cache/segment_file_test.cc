#include "cache/segment_file.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

const std::vector<std::string> kObjects = {"one", std::string(500, '2'), "three three three"};

class SegmentScan : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto file = SegmentFile::Create(folder_ / "whole");
    ASSERT_TRUE(IsOk(file));
    uint64_t at = kSegmentHeaderSize;
    for (const std::string& object : kObjects) {
      ASSERT_TRUE(file->WriteRecord(at, Sha256(object), object));
      at += kRecordHeaderSize + object.size();
      ends_.push_back(at);
    }
    whole_ = ReadTestFile(folder_ / "whole");
    ASSERT_EQ(whole_.size(), at);
  }

  // The records that a scan of these bytes finds. nullopt: the bytes are not a segment.
  std::optional<std::vector<SegmentRecord>> Scan(const std::string& bytes) {
    WriteTestFile(folder_ / "part", bytes);
    const auto file = SegmentFile::OpenForReading(folder_ / "part");
    if (!file.ok()) return std::nullopt;
    std::vector<SegmentRecord> records;
    end_ = file->Scan(kSegmentHeaderSize, [&](const SegmentRecord& r) { records.push_back(r); });
    return records;
  }

  TempFolder folder_;
  std::string whole_;
  std::vector<uint64_t> ends_;
  uint64_t end_ = 0;
};

TEST_F(SegmentScan, FindsAllRecords) {
  const auto records = Scan(whole_);
  ASSERT_TRUE(records.has_value());
  ASSERT_EQ(records->size(), kObjects.size());
  const auto file = SegmentFile::OpenForReading(folder_ / "whole");
  ASSERT_TRUE(IsOk(file));
  for (size_t i = 0; i < kObjects.size(); ++i) {
    EXPECT_EQ((*records)[i].id, Sha256(kObjects[i]));
    EXPECT_EQ(file->Read((*records)[i].offset, (*records)[i].stored_size), kObjects[i]);
  }
  EXPECT_EQ(end_, whole_.size());
  EXPECT_EQ(file->FileSize(), whole_.size());
}

TEST_F(SegmentScan, TruncatedAtAnyByteEndsBeforeTheCut) {
  for (size_t size = 0; size < whole_.size(); ++size) {
    const auto records = Scan(whole_.substr(0, size));
    ASSERT_EQ(records.has_value(), size >= kSegmentHeaderSize) << size;
    if (!records) continue;
    const size_t complete = std::count_if(ends_.begin(), ends_.end(), [&](uint64_t end) { return end <= size; });
    EXPECT_EQ(records->size(), complete) << size;
    EXPECT_EQ(end_, complete == 0 ? kSegmentHeaderSize : ends_[complete - 1]) << size;
  }
}

TEST_F(SegmentScan, ADamagedHeaderEndsIt) {
  for (size_t at = ends_[0]; at < ends_[0] + kRecordHeaderSize; ++at) {
    std::string bytes = whole_;
    bytes[at] ^= 0x10;
    const auto records = Scan(bytes);
    ASSERT_TRUE(records.has_value());
    EXPECT_EQ(records->size(), 1u) << at;
    EXPECT_EQ(end_, ends_[0]) << at;
  }
}

TEST_F(SegmentScan, AnotherFileHeaderIsNoSegment) {
  for (size_t at = 0; at < kSegmentHeaderSize; ++at) {
    std::string bytes = whole_;
    bytes[at] ^= 0x10;
    EXPECT_FALSE(Scan(bytes).has_value()) << at;
  }
}

TEST_F(SegmentScan, GoesOnWhereItEnded) {
  const auto file = SegmentFile::OpenForReading(folder_ / "whole");
  ASSERT_TRUE(IsOk(file));
  size_t found = 0;
  EXPECT_EQ(file->Scan(ends_[1], [&](const SegmentRecord&) { ++found; }), whole_.size());
  EXPECT_EQ(found, 1u);
}

TEST_F(SegmentScan, ReadStopsAtTheEndOfTheFile) {
  const auto file = SegmentFile::OpenForReading(folder_ / "whole");
  ASSERT_TRUE(IsOk(file));
  EXPECT_FALSE(file->Read(whole_.size() - 1, 2).has_value());
  EXPECT_FALSE(file->Read(uint64_t{1} << 40, 1).has_value());
}

TEST(SegmentCreate, NeverOverwrites) {
  const TempFolder folder;
  WriteTestFile(folder / "there", "precious");
  EXPECT_FALSE(SegmentFile::Create(folder / "there").ok());
  EXPECT_EQ(ReadTestFile(folder / "there"), "precious");
}

}  // namespace
}  // namespace rootstream

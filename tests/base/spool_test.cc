#include "base/spool.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(SpoolRead, GivesWhatWasAppended) {
  auto spool = Spool::Create();
  ASSERT_TRUE(IsOk(spool));
  std::string all;
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const std::string bytes = RandomBytes(random() % 20'000, i);
    const auto at = spool->Append(bytes);
    ASSERT_TRUE(IsOk(at));
    EXPECT_EQ(*at, all.size());
    all += bytes;
    EXPECT_EQ(spool->size(), all.size());
    const size_t from = random() % (all.size() + 1);
    const size_t size = random() % (all.size() - from + 1);
    const auto read = spool->Read(from, size);
    ASSERT_TRUE(IsOk(read));
    ASSERT_EQ(*read, all.substr(from, size));
  }
  EXPECT_FALSE(spool->Read(all.size(), 1).ok());
}

TEST(SpoolReadSized, WalksRecordsInOrder) {
  auto spool = Spool::Create();
  ASSERT_TRUE(IsOk(spool));
  std::vector<std::string> records;
  for (int i = 0; i < 2000; ++i) {
    records.push_back(RandomBytes(i % 400, i));
    ASSERT_TRUE(IsOk(spool->AppendSized(records.back())));
  }
  uint64_t offset = 0;
  for (const std::string& record : records) {
    const auto read = spool->ReadSized(offset);
    ASSERT_TRUE(IsOk(read));
    ASSERT_EQ(*read, record);
  }
  EXPECT_EQ(offset, spool->size());
}

}  // namespace
}  // namespace rootstream

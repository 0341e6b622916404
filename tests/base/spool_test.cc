#include "base/spool.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "chunker/entry_spool.h"
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

TEST(InodeRecordDecode, RoundTrips) {
  InodeRecord record;
  record.inode = {.mode = 0100644,
                  .uid = 1,
                  .gid = 2,
                  .mtime_seconds = -5,
                  .mtime_nanoseconds = 6,
                  .size = 7,
                  .device_major = 8,
                  .device_minor = 9};
  record.target = "target";
  record.xattrs = {{"user.a", "b"}};
  record.extents = {{0, 1, 2}, {4096, 5, uint64_t{1} << 62}};
  Encoder out;
  record.EncodeTo(out);
  Decoder in(out.bytes());
  const InodeRecord decoded = InodeRecord::Decode(in);
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(decoded.inode, record.inode);
  EXPECT_EQ(decoded.target, record.target);
  EXPECT_EQ(decoded.xattrs, record.xattrs);
  EXPECT_EQ(decoded.extents, record.extents);
}

TEST(EntrySpoolNext, GivesEntriesInOrderAndGroupsTheirLinks) {
  auto spool = EntrySpool::Create();
  ASSERT_TRUE(IsOk(spool));
  const auto add = [&](const std::string& name, uint64_t group, uint64_t size) {
    SourceEntry entry{.depth = 1, .name = name};
    entry.link_group = group;
    entry.inode.mode = 0100644;
    entry.inode.size = size;
    const bool is_new = spool->IsNewInode(entry);
    EXPECT_TRUE(IsOk(spool->Add(entry, {.inode = entry.inode}, name == "d")));
    return is_new;
  };
  EXPECT_TRUE(add("a", 7, 1));
  EXPECT_TRUE(add("b", 0, 2));
  EXPECT_TRUE(add("c", 9, 3));
  EXPECT_FALSE(add("d", 7, 1));
  EXPECT_EQ(spool->groups(), 2u);
  EXPECT_EQ(spool->NamesOf(0), 2u);
  EXPECT_EQ(spool->NamesOf(1), 1u);
  EXPECT_TRUE(spool->IsNeeded(0)) << "by its second name";
  EXPECT_FALSE(spool->IsNeeded(1));
  const auto record = spool->GroupRecord(0);
  ASSERT_TRUE(IsOk(record));
  EXPECT_EQ(record->inode.size, 1u);
  std::string names;
  while (true) {
    const auto entry = spool->Next();
    ASSERT_TRUE(IsOk(entry));
    if (!*entry) break;
    names += (*entry)->name;
    EXPECT_EQ((*entry)->group.has_value(), (*entry)->name != "b");
    EXPECT_EQ((*entry)->needed, (*entry)->name == "d");
    if ((*entry)->name == "c") {
      EXPECT_EQ((*entry)->record.inode.size, 3u);
    }
  }
  EXPECT_EQ(names, "abcd");
}

}  // namespace
}  // namespace rootstream

#include "chunker/entry_spool.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

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

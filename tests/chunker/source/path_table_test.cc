#include "chunker/source/path_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace rootstream {
namespace {

TEST(PathTableAdd, MatchesAMap) {
  PathTable table;
  std::map<std::pair<uint32_t, std::string>, uint32_t> reference;
  std::vector<uint32_t> nodes = {PathTable::kTop};
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const uint32_t parent = nodes[random() % nodes.size()];
    const std::string name = std::to_string(random() % 50);
    const auto known = reference.find({parent, name});
    ASSERT_EQ(table.Find(parent, name), known == reference.end() ? PathTable::kNone : known->second);
    const uint32_t node = table.Add(parent, name);
    const auto [entry, is_new] = reference.try_emplace({parent, name}, node);
    ASSERT_EQ(entry->second, node);
    if (is_new) nodes.push_back(node);
    ASSERT_EQ(table.NameOf(node), name);
    ASSERT_EQ(table.ParentOf(node), parent);
  }
  EXPECT_EQ(table.size(), nodes.size());
}

TEST(PathTableSortedChildren, AreSortedAsBytes) {
  PathTable table;
  const uint32_t folder = table.Add(PathTable::kTop, "folder");
  for (const char* name : {"b", "\xff", "a", "aa", "Z", "a "}) table.Add(folder, name);
  std::vector<std::string> names;
  for (const uint32_t child : table.SortedChildren(folder)) names.emplace_back(table.NameOf(child));
  EXPECT_EQ(names, (std::vector<std::string>{"Z", "a", "a ", "aa", "b", "\xff"}));
  EXPECT_TRUE(table.SortedChildren(table.Find(folder, "a")).empty());
}

TEST(PathTablePathOf, JoinsNames) {
  PathTable table;
  const uint32_t deep = table.Add(table.Add(table.Add(PathTable::kTop, "a"), "b"), "c");
  EXPECT_EQ(table.PathOf(deep), "a/b/c");
  EXPECT_EQ(table.PathOf(PathTable::kTop), "");
}

}  // namespace
}  // namespace rootstream

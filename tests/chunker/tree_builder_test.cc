#include "chunker/tree_builder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "chunker/chunk_store.h"
#include "chunker/stream_writer.h"
#include "format/limits.h"
#include "tests/support/test_files.h"
#include "tests/support/test_walk.h"

namespace rootstream {
namespace {

struct Made {
  ObjectRef root;
  size_t shards = 0;
  size_t new_shards = 0;
};

class TreeBuilderTest : public ::testing::Test {
 protected:
  TreeBuilderTest() : store_(Store::OpenOrCreate(folder_ / "store").value()) {}

  static TreeBuilder::Entry Entry(uint32_t depth, const std::string& name, uint32_t mode) {
    TreeBuilder::Entry entry{.depth = depth, .name = name};
    entry.record.inode.mode = mode;
    return entry;
  }

  // Builds a tree of these paths, each a list of names. The set has them in canonical order, which is by names.
  Made Build(const std::set<std::vector<std::string>>& paths) {
    PackWriter packs(store_, kMaxPack);
    KnownContent known;
    ChunkStore chunks(packs, known, 1, 1);
    EXPECT_TRUE(IsOk(chunks.Finish()));
    const std::vector<StreamChunk> none;
    ShardWriter writer(packs, chunks, none, known, 1);
    TreeBuilder builder(writer);
    EXPECT_TRUE(IsOk(builder.Add(Entry(0, "", S_IFDIR | 0755))));
    std::vector<std::string> open;
    for (const auto& path : paths) {
      size_t common = 0;
      while (common < open.size() && common + 1 < path.size() && open[common] == path[common]) ++common;
      open.resize(common);
      for (; common + 1 < path.size(); ++common) {
        EXPECT_TRUE(IsOk(builder.Add(Entry(static_cast<uint32_t>(common + 1), path[common], S_IFDIR | 0755))));
        open.push_back(path[common]);
      }
      EXPECT_TRUE(IsOk(builder.Add(Entry(static_cast<uint32_t>(path.size()), path.back(), S_IFIFO | 0600))));
    }
    const auto root = builder.Finish();
    EXPECT_TRUE(IsOk(root));
    EXPECT_TRUE(IsOk(writer.Finish()));
    EXPECT_TRUE(IsOk(packs.Finish()));
    return {writer.RefOf(*root), writer.shards(), writer.new_shards()};
  }

  // Reads all shards back, and compares the names and the builder's counts.
  void ExpectHolds(const Made& made, const std::set<std::vector<std::string>>& paths) {
    std::map<std::string, std::set<std::string>> folders = {{"", {}}};
    std::set<std::string> files;
    for (const auto& path : paths) {
      std::string at;
      for (size_t i = 0; i < path.size(); ++i) {
        folders[at].insert(path[i]);
        at += (at.empty() ? "" : "/") + path[i];
        if (i + 1 < path.size()) folders.try_emplace(at);
      }
      files.insert(at);
    }
    ImageWalk walk(store_);
    const auto found = walk.Walk(made.root);
    EXPECT_EQ(found.size(), folders.size() + files.size());
    for (const std::string& file : files) ASSERT_TRUE(found.contains(file)) << file;
    for (const auto& [path, names] : folders) {
      ASSERT_TRUE(found.contains(path)) << path;
      const Inode& inode = found.at(path).inode;
      size_t below = 0;
      for (const std::string& name : names) below += folders.contains(path.empty() ? name : path + "/" + name);
      EXPECT_EQ(inode.size, names.size()) << path;
      EXPECT_EQ(inode.nlink, 2 + below) << path;
    }
    EXPECT_LE(walk.largest(), 2 * TreeBuilder::kMaxWeight) << "shards are of bounded size";
  }

  std::set<Id> ShardsOf(const Made& made) {
    std::set<Id> shards;
    ImageWalk walk(store_);
    for (const auto& [path, inode] : walk.Walk(made.root)) shards.insert(inode.shard);
    return shards;
  }
  static size_t CountNew(const std::set<Id>& after, const std::set<Id>& before) {
    return std::count_if(after.begin(), after.end(), [&](const Id& id) { return !before.contains(id); });
  }

  TempFolder folder_;
  Store store_;
};

using Paths = std::set<std::vector<std::string>>;

TEST_F(TreeBuilderTest, AnEmptyRootIsOneShard) {
  const Made made = Build({});
  EXPECT_EQ(made.shards, 1u);
  ExpectHolds(made, {});
}

TEST_F(TreeBuilderTest, ASmallTreeIsOneShard) {
  const Paths paths = {{"a"}, {"b", "c"}, {"b", "d", "e"}, {"f"}};
  const Made made = Build(paths);
  EXPECT_EQ(made.shards, 1u);
  ExpectHolds(made, paths);
}

TEST_F(TreeBuilderTest, ADirectoryOf100000NamesIsSplit) {
  Paths paths;
  for (int i = 0; i < 100'000; ++i) paths.insert({"big", "name " + std::to_string(i * 7919)});
  const Made made = Build(paths);
  EXPECT_GT(made.shards, 90u);
  EXPECT_LT(made.shards, 800u);
  ExpectHolds(made, paths);
}

TEST_F(TreeBuilderTest, TheRootItselfIsSplit) {
  Paths paths;
  for (int i = 0; i < 5000; ++i) paths.insert({std::to_string(i)});
  ExpectHolds(Build(paths), paths);
}

TEST_F(TreeBuilderTest, ManyDirectoriesAreDivided) {
  Paths paths;
  for (int a = 0; a < 30; ++a)
    for (int b = 0; b < 20; ++b)
      for (int c = 0; c < 15; ++c)
        paths.insert({"d" + std::to_string(a), "e" + std::to_string(b), "f" + std::to_string(c)});
  const Made made = Build(paths);
  EXPECT_GT(made.shards, 8u);
  ExpectHolds(made, paths);
}

TEST_F(TreeBuilderTest, DirectoriesAmongManyNamesAreKept) {
  Paths paths;
  for (int i = 0; i < 3000; ++i) {
    paths.insert({"x", std::to_string(i)});
    if (i % 10 == 0)
      for (int j = 0; j < i % 70; ++j) paths.insert({"x", std::to_string(i) + "d", std::to_string(j)});
  }
  for (int j = 0; j < 2000; ++j) paths.insert({"x", "1500e", std::to_string(j)});
  ExpectHolds(Build(paths), paths);
}

TEST_F(TreeBuilderTest, SizesAroundTheLimitAreAllRight) {
  for (const size_t size : {255, 256, 257, 1022, 1023, 1024, 1025, 1026, 2047, 2048, 2049}) {
    Paths paths;
    for (size_t i = 0; i < size; ++i) paths.insert({"d", std::to_string(i)});
    SCOPED_TRACE(size);
    ExpectHolds(Build(paths), paths);
  }
}

TEST_F(TreeBuilderTest, ADeepTreeIsWalked) {
  Paths paths;
  std::vector<std::string> path;
  for (int depth = 0; depth < 300; ++depth) {
    for (int i = 0; i < 20; ++i) {
      auto file = path;
      file.push_back("f" + std::to_string(i));
      paths.insert(file);
    }
    path.push_back("d");
  }
  ExpectHolds(Build(paths), paths);
}

TEST_F(TreeBuilderTest, ANewNameChangesFewShards) {
  Paths paths;
  for (int i = 0; i < 20'000; ++i) paths.insert({"big", std::to_string(i * 7919)});
  const std::set<Id> before = ShardsOf(Build(paths));
  paths.insert({"big", "5"});
  const std::set<Id> after = ShardsOf(Build(paths));
  EXPECT_LE(CountNew(after, before), 4u) << "of " << after.size();
}

TEST_F(TreeBuilderTest, NewNamesInOneOfManyDirectoriesChangeFewShards) {
  Paths paths;
  for (int a = 0; a < 200; ++a)
    for (int b = 0; b < 100; ++b) paths.insert({"top", std::to_string(a), std::to_string(b)});
  const std::set<Id> before = ShardsOf(Build(paths));
  for (int b = 0; b < 60; ++b) paths.insert({"top", "0", "new " + std::to_string(b)});
  const std::set<Id> after = ShardsOf(Build(paths));
  EXPECT_GT(after.size(), 20u);
  EXPECT_LE(CountNew(after, before), 5u) << "of " << after.size();
}

TEST_F(TreeBuilderTest, ASourceWithoutARootIsInvalid) {
  PackWriter packs(store_, kMaxPack);
  KnownContent known;
  ChunkStore chunks(packs, known, 1, 1);
  ASSERT_TRUE(IsOk(chunks.Finish()));
  const std::vector<StreamChunk> none;
  ShardWriter writer(packs, chunks, none, known, 1);
  TreeBuilder builder(writer);
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, builder.Finish()));
}

}  // namespace
}  // namespace rootstream

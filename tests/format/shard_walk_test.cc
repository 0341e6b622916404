#include "format/shard_walk.h"

#include <gtest/gtest.h>

#include "format/limits.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"
#include "tests/support/test_tree.h"

namespace rootstream {
namespace {

class ShardWalkTest : public ::testing::Test {
 protected:
  ObjectRef Put(const Tree& tree, const std::string& pack = "pack") {
    plain_.push_back(tree.Encode());
    const auto size = static_cast<uint32_t>(plain_.back().size());
    return {Sha256(plain_.back()), Sha256(pack), 16, size, size};
  }
  Tree Leaf(const std::string& name) const {
    return {.top = {.count = 1}, .entries = {{name, kNoChild, 0}}, .inodes = {{.mode = S_IFREG}}, .publisher = {part_}};
  }
  const std::string& PlainOf(const ObjectRef& ref) const {
    for (const std::string& plain : plain_)
      if (Sha256(plain) == ref.id) return plain;
    return plain_.front();
  }
  // The number of shards that were walked, or the error of the first that could not be entered.
  Result<int> WalkAll(ShardWalk& walk) const {
    int count = 0;
    while (const auto next = walk.Next()) {
      RS_CHECK(walk.Enter(*next, PlainOf(next->shard)));
      ++count;
    }
    return count;
  }

  const ObjectRef part_{Sha256("part"), Sha256("pack"), 16, 1, 1};
  std::vector<std::string> plain_;
};

TEST_F(ShardWalkTest, GoesThroughWhatImagesShareOnce) {
  const ObjectRef leaf = Put(Leaf("a"));
  const ObjectRef one = Put(AsRoot({.children = {leaf, leaf}, .publisher = {part_}}));
  const ObjectRef two = Put(AsRoot({.inodes = {{.mode = S_IFREG}}, .children = {leaf}, .publisher = {part_}}));
  ShardWalk walk;
  EXPECT_TRUE(walk.AddRoot(one));
  EXPECT_TRUE(walk.AddRoot(two));
  EXPECT_FALSE(walk.AddRoot(one));
  const auto count = WalkAll(walk);
  ASSERT_TRUE(IsOk(count));
  EXPECT_EQ(*count, 3);
}

TEST_F(ShardWalkTest, GoesThroughTheSameObjectInEachPack) {
  const Tree leaf = Leaf("a");
  const ObjectRef root = Put(AsRoot({.children = {Put(leaf, "one"), Put(leaf, "two")}, .publisher = {part_}}));
  ShardWalk walk;
  walk.AddRoot(root);
  EXPECT_EQ(*WalkAll(walk), 3);
}

TEST_F(ShardWalkTest, RefusesWhatIsNotWhereItBelongs) {
  const ObjectRef leaf = Put(Leaf("a"));
  ShardWalk leaf_as_root;
  leaf_as_root.AddRoot(leaf);
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, WalkAll(leaf_as_root)));
  ShardWalk root_as_leaf;
  root_as_leaf.AddRoot(Put(AsRoot({.children = {Put(AsRoot({.publisher = {part_}}))}, .publisher = {part_}})));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, WalkAll(root_as_leaf)));
}

TEST_F(ShardWalkTest, RefusesDepthsThatAReaderDoesNotReach) {
  ShardWalk walk;
  const ShardWalk::Visit deep{Put(Leaf("a")), kMaxShardDepth + 1};
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, walk.Enter(deep, PlainOf(deep.shard))));
  const ShardWalk::Visit just_deep{deep.shard, kMaxShardDepth};
  EXPECT_TRUE(IsOk(walk.Enter(just_deep, PlainOf(deep.shard))));
}

}  // namespace
}  // namespace rootstream

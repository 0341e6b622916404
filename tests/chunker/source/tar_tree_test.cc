#include "chunker/source/tar_tree.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

class TarTreeTest : public ::testing::Test {
 protected:
  uint32_t Put(const std::string& path, const std::string& target = "") {
    const auto node = tree_.Place(path);
    EXPECT_TRUE(IsOk(node)) << path;
    tree_.Put(*node, next_, target);
    return next_++;
  }
  std::string PathOf(const std::string& path) {
    const auto node = tree_.Find(path);
    return node.ok() ? tree_.paths().PathOf(*node) : node.error().message;
  }
  TarTree tree_;
  uint32_t next_ = 0;
};

TEST_F(TarTreeTest, FollowsSymlinksOnTheWayButNotAtTheEnd) {
  Put("usr/lib/a");
  Put("lib", "usr/lib");
  Put("usr/up", "../usr/lib/");
  Put("abs", "/usr/./lib");
  for (const char* path : {"lib/a", "./lib/./a", "usr/up/a", "abs/a", "/abs//a"}) EXPECT_EQ(PathOf(path), "usr/lib/a");
  EXPECT_EQ(PathOf("lib"), "lib");
  EXPECT_EQ(PathOf("lib/."), "lib") << "as a directory's entry has it";
  EXPECT_EQ(PathOf("usr/up/"), "usr/up");
}

TEST_F(TarTreeTest, SymlinksNeverLeadOutside) {
  Put("etc/passwd");
  Put("out", "../../../etc");
  EXPECT_EQ(PathOf("out/passwd"), "etc/passwd");
}

TEST_F(TarTreeTest, RefusesPathsThatLeadNowhere) {
  Put("a", "b");
  Put("b", "a");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, tree_.Place("a/x")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, tree_.Place("x/../y")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, tree_.Place(std::string(256, 'n'))));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, tree_.Find("not/there")));
}

TEST_F(TarTreeTest, CountsTheNamesThatAreLeft) {
  const uint32_t first = Put("a");
  tree_.Put(*tree_.Place("b"), first, "");
  const uint32_t second = Put("a");
  EXPECT_EQ(tree_.CountNames(next_), (std::vector<uint32_t>{1, 1}));
  EXPECT_EQ(tree_.InodeOf(*tree_.Find("b")), first);
  EXPECT_EQ(tree_.InodeOf(*tree_.Find("a")), second);
}

}  // namespace
}  // namespace rootstream

#include "chunker/image_check.h"

#include <gtest/gtest.h>

#include "format/chunk_list.h"
#include "format/posix_acl.h"
#include "format/tree.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

class CheckWrittenTest : public ::testing::Test {
 protected:
  CheckWrittenTest() : store_(Store::OpenOrCreate(folder_ / "store").value()) {}

  // Checks an image of the objects of `pack_`, with `tree` as its root shard.
  Status CheckRoot(const std::string& tree) {
    TestPack pack = pack_;
    const size_t root = pack.refs.size();
    pack.Add(tree);
    pack.Close();
    WriteTestFile(folder_ / "store/" + pack.Path(), pack.bytes);
    Manifest manifest;
    manifest.root = pack.refs[root];
    return CheckWritten(store_, known_, manifest.Encode());
  }

  // A tree whose root directory has a file with these xattrs.
  Tree TreeWith(const XattrSet& xattrs) {
    Tree tree;
    tree.top = {false, 0, 1};
    tree.entries = {{"", kNoChild, 0}, {"a", kNoChild, 1}};
    tree.inodes = {{.mode = S_IFDIR | 0755, .nlink = 2, .size = 1, .listing = {false, 1, 1}},
                   {.mode = S_IFREG | 0644, .xattr_set = xattrs.empty() ? 0u : 1u}};
    if (!xattrs.empty()) tree.xattr_sets = {xattrs};
    pack_ = {};
    tree.publisher = {pack_.Add(PublisherPart{}.Encode())};
    return tree;
  }

  TempFolder folder_;
  Store store_;
  KnownContent known_;
  TestPack pack_;
};

TEST_F(CheckWrittenTest, TakesWhatAReaderTakes) {
  EXPECT_TRUE(IsOk(CheckRoot(TreeWith({}).Encode())));
  EXPECT_TRUE(IsOk(CheckRoot(TreeWith({{"user.a", "b"}}).Encode())));
  EXPECT_TRUE(IsOk(CheckRoot(TreeWith({{std::string(kAclAccessXattr), EncodeAcl({{kAclUserObject, 7}})}}).Encode())));
}

TEST_F(CheckWrittenTest, RefusesWhatNoReaderTakes) {
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, CheckRoot(TreeWith({{std::string(256, 'n'), ""}}).Encode())));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, CheckRoot(TreeWith({{"user.a", std::string(65'537, 'v')}}).Encode())));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, CheckRoot(TreeWith({{std::string(kAclAccessXattr), "no ACL"}}).Encode())));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, CheckRoot("no tree")));
  Tree no_root = TreeWith({});
  no_root.top = {false, 0, 0};
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, CheckRoot(no_root.Encode())));
  EXPECT_FALSE(CheckWritten(store_, known_, "no manifest").ok());
}

TEST_F(CheckWrittenTest, ReadsWhatAPublishWrote) {
  MakeRichTree(folder_ / "tree");
  const auto summary = PublishTree(folder_ / "tree", folder_ / "store");
  ASSERT_TRUE(IsOk(summary));
  const std::string manifest = ReadTestFile(folder_ / "store/manifests/" + summary->manifest.Hex());
  EXPECT_TRUE(IsOk(CheckWritten(store_, known_, manifest)));
  for (const std::string& file : FilesBelow(folder_ / "store/packs")) {
    const std::string path = folder_ / "store/packs/" + file, bytes = ReadTestFile(path);
    WriteTestFile(path, bytes.substr(0, bytes.size() - 1));
    EXPECT_FALSE(CheckWritten(store_, known_, manifest).ok()) << file << ", truncated";
    std::filesystem::remove(path);
    EXPECT_FALSE(CheckWritten(store_, known_, manifest).ok()) << file << ", removed";
    WriteTestFile(path, bytes);
  }
}

}  // namespace
}  // namespace rootstream

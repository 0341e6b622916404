// Covers: format/tree_check.cc.
#include "format/tree.h"

#include <gtest/gtest.h>

#include "format/limits.h"
#include "tests/support/test_result.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

Result<Tree> Again(const Tree& tree) { return Tree::Decode(tree.Encode(), SampleHolder()); }

::testing::AssertionResult IsRefused(const Tree& tree) { return FailsWith(ErrorKind::kCorrupt, Again(tree)); }

Inode& RootOf(Tree& tree) { return tree.inodes[0]; }

TEST(TreeDecode, RoundTrips) {
  const auto decoded = Again(SampleTree());
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(*decoded, SampleTree());
  EXPECT_EQ(decoded->Encode(), SampleTree().Encode());
  EXPECT_TRUE(decoded->is_root());
}

TEST(TreeDecode, RoundTripsAnEmptyShard) {
  Tree tree;
  tree.publisher = {SampleObject(1)};
  const auto decoded = Again(tree);
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(*decoded, tree);
  EXPECT_FALSE(decoded->is_root());
}

TEST(TreeDecode, ResolvesItsOwnPack) {
  Tree tree = SampleTree();
  tree.children[1].pack = {};
  tree.lists[0].ref.pack = {};
  tree.publisher[1].pack = {};
  const auto decoded = Again(tree);
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(decoded->children[1].pack, SampleHolder());
  EXPECT_EQ(decoded->lists[0].ref.pack, SampleHolder());
  EXPECT_EQ(decoded->publisher[1].pack, SampleHolder());
  EXPECT_EQ(decoded->children[0], tree.children[0]);
}

TEST(TreeDecode, RefusesTruncationAtEveryByte) {
  const std::string bytes = SampleTree().Encode();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Tree::Decode(std::string_view(bytes).substr(0, size), SampleHolder())))
        << size;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Tree::Decode(bytes + '\0', SampleHolder())));
}

TEST(TreeDecode, AFlipOfAnyBitIsRefusedOrStillATree) {
  std::string bytes = SampleTree().Encode();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] ^= static_cast<char>(1 << bit);
      const auto decoded = Tree::Decode(bytes, SampleHolder());
      if (decoded.ok()) {
        const auto again = Again(*decoded);
        ASSERT_TRUE(IsOk(again)) << at;
        EXPECT_EQ(*again, *decoded) << at;
        decoded->FindEntry(decoded->inodes[0].listing, "file");
        decoded->MemorySize();
      }
      bytes[at] ^= static_cast<char>(1 << bit);
    }
  }
}

TEST(TreeDecode, RefusesAnotherVersion) {
  std::string bytes = SampleTree().Encode();
  bytes[4] = 9;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Tree::Decode(bytes, SampleHolder())));
}

TEST(TreeDecode, RefusesUnsortedNames) {
  Tree tree = SampleTree();
  std::swap(tree.entries[1].name, tree.entries[2].name);
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesANameTwice) {
  Tree tree = SampleTree();
  tree.entries[3].name = tree.entries[2].name;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, SortsNamesAsUnsignedBytes) {
  Tree tree = SampleTree();
  tree.entries[9].name = "\x7f";
  EXPECT_TRUE(IsOk(Again(tree)));
  tree.entries[8].name = "\x80";
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesNamesThatAreNone) {
  for (const std::string& name : {std::string("."), std::string(".."), std::string("a/b"), std::string("/"),
                                  std::string("a\0b", 3), std::string()}) {
    Tree tree = SampleTree();
    RootOf(tree).listing = {false, 1, 1};
    tree.entries[1].name = name;
    EXPECT_TRUE(IsRefused(tree)) << name;
  }
}

TEST(TreeDecode, RefusesNamesThatAreTooLong) {
  Tree tree = SampleTree();
  tree.entries[9].name = std::string(kMaxName, 'z');
  EXPECT_TRUE(IsOk(Again(tree)));
  tree.entries[9].name += 'z';
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, OnlyTheRootMayHaveNoName) {
  Tree tree = SampleTree();
  tree.top = {false, 0, 2};  // makes it a shard that is not a root
  tree.inodes[0].listing = {false, 2, 8};
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesARootThatIsNoDirectory) {
  Tree tree = SampleTree();
  tree.entries[0].row = 6;
  EXPECT_TRUE(IsRefused(tree));
  tree.entries[0].row = 9;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesListingsOutOfBounds) {
  for (const Listing& bad : {Listing{false, 1, 10}, Listing{false, 10, 1}, Listing{false, 11, 0},
                             Listing{false, 65536, 65536}, Listing{true, 0, 3}, Listing{true, 2, 1}}) {
    Tree tree = SampleTree();
    RootOf(tree).listing = bad;
    EXPECT_TRUE(IsRefused(tree)) << bad.begin << " " << bad.count;
    tree = SampleTree();
    tree.top = bad;
    EXPECT_TRUE(IsRefused(tree)) << bad.begin << " " << bad.count;
  }
}

TEST(TreeDecode, RefusesTwoListingsThatShareARow) {
  Tree tree = SampleTree();
  tree.inodes[1].listing = {false, 9, 1};  // also in the root's listing
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.inodes[0].listing = {true, 1, 1};  // also in bin's
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesADirectoryThatListsItself) {
  Tree tree = SampleTree();
  tree.entries[0].row = 1;
  tree.entries[1].row = 0;  // the root's listing holds the root
  EXPECT_TRUE(IsOk(Again(tree))) << "unreachable from the top";
  tree.entries[0].row = 0;
  EXPECT_TRUE(IsRefused(tree)) << "a directory with two names";
}

TEST(TreeDecode, RefusesADirectoryNamedTwice) {
  Tree tree = SampleTree();
  tree.entries[2].row = 1;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesRowsAndChildrenOutOfBounds) {
  Tree tree = SampleTree();
  tree.entries[4].row = 9;
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.entries[5].child = 3;
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.ranges[1].child = 3;
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.inodes[5].target = 1;
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.inodes[6].xattr_set = 3;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesExtentsPastTheFile) {
  Tree tree = SampleTree();
  tree.inodes[4].size = 13191;  // one byte less than the last extent's end
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.inodes[4].size = 13192;
  EXPECT_TRUE(IsOk(Again(tree)));
}

TEST(TreeDecode, RefusesExtentsPastTheStream) {
  Tree tree = SampleTree();
  tree.extents[1].stream_offset = 5000;
  EXPECT_TRUE(IsOk(Again(tree)));
  tree.extents[1].stream_offset = 5001;
  EXPECT_TRUE(IsRefused(tree));
  tree.extents[1].stream_offset = UINT64_MAX - 100;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesExtentsThatOverlapOrAreEmpty) {
  Tree tree = SampleTree();
  tree.extents[1].file_offset = 4095;
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.extents[1].length = 0;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesTypesThatAreNone) {
  Tree tree = SampleTree();
  for (const uint32_t mode : {0u, 0644u, 0030000u, 0170000u, 0200000u | S_IFREG}) {
    tree.inodes[7].mode = mode;
    EXPECT_TRUE(IsRefused(tree)) << mode;
  }
}

TEST(TreeDecode, RefusesNanosecondsAboveASecond) {
  Tree tree = SampleTree();
  tree.inodes[3].mtime_nanoseconds = 1'000'000'000;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesXattrsThatAreUnsortedEmptyOrTooLong) {
  Tree tree = SampleTree();
  std::swap(tree.xattr_sets[1][0], tree.xattr_sets[1][1]);
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.xattr_sets[0].clear();
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.xattr_sets[0][0].name.clear();
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.xattr_sets[0][0].name = std::string(kMaxXattrName + 1, 'u');
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.xattr_sets[0][0].value = std::string(kMaxXattrValue, 'v');
  EXPECT_TRUE(IsOk(Again(tree)));
  tree.xattr_sets[0][0].value += 'v';
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesTargetsThatAreTooLong) {
  Tree tree = SampleTree();
  tree.targets[0] = std::string(kMaxTarget, 't');
  tree.inodes[5].size = kMaxTarget;
  EXPECT_TRUE(IsOk(Again(tree)));
  tree.targets[0] += 't';
  ++tree.inodes[5].size;
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, RefusesTargetsThatAreNone) {
  Tree tree = SampleTree();
  tree.inodes[5].size = 8;  // "../target" has nine bytes
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.targets[0][3] = '\0';
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, WantsAPublishersPartForEachList) {
  Tree tree = SampleTree();
  tree.publisher.pop_back();
  EXPECT_TRUE(IsRefused(tree));
  tree = SampleTree();
  tree.publisher.push_back(SampleObject(1));
  EXPECT_TRUE(IsRefused(tree));
  tree = Tree();
  EXPECT_TRUE(IsRefused(tree));
}

TEST(TreeDecode, SetsNothingAsideForCountsItCannotHold) {
  Encoder out;
  out.Raw("RSTR");
  out.U8(0);
  out.Varint(0);  // packs
  out.Varint(0);  // lists
  out.Varint(0);  // publisher
  out.Varint(0);  // children
  out.Varint(0);
  out.Varint(0);           // top
  out.Varint(UINT64_MAX);  // entries
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Tree::Decode(out.bytes(), SampleHolder())));
}

TEST(TreeFindEntry, FindsEachNameAndNoOther) {
  const Tree tree = SampleTree();
  const Listing& listing = tree.inodes[0].listing;
  for (uint32_t i = listing.begin; i < listing.begin + listing.count; ++i)
    EXPECT_EQ(tree.FindEntry(listing, tree.entries[i].name), &tree.entries[i]);
  for (const char* name : {"", "a", "bi", "binary", "fil", "file0", "zz", "\xff"})
    EXPECT_EQ(tree.FindEntry(listing, name), nullptr) << name;
  EXPECT_EQ(tree.FindEntry({false, 3, 0}, "char"), nullptr);
}

TEST(TreeFindRange, FindsTheRangeThatWouldHoldTheName) {
  Tree tree = SampleTree();
  const Listing listing{true, 0, 2};
  EXPECT_EQ(tree.FindRange(listing, ""), &tree.ranges[0]);
  EXPECT_EQ(tree.FindRange(listing, "lzzz"), &tree.ranges[0]);
  EXPECT_EQ(tree.FindRange(listing, "m"), &tree.ranges[1]);
  EXPECT_EQ(tree.FindRange(listing, "\xff"), &tree.ranges[1]);
  EXPECT_EQ(tree.FindRange({true, 1, 1}, "a"), nullptr);
  EXPECT_EQ(tree.FindRange({true, 0, 0}, "a"), nullptr);
}

}  // namespace
}  // namespace rootstream

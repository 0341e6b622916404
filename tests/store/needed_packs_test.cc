#include "store/needed_packs.h"

#include <gtest/gtest.h>

#include <map>

#include "format/chunk_list.h"
#include "format/tree.h"
#include "tests/support/test_result.h"
#include "tests/support/test_tree.h"

namespace rootstream {
namespace {

class NeededPacksTest : public ::testing::Test {
 protected:
  // Appends an object of these plain bytes to a pack.
  ObjectRef Put(const std::string& pack, const std::string& plain) {
    uint64_t& end = sizes_.try_emplace(pack, kPackHeaderSize).first->second;
    const ObjectRef ref{Sha256(plain), Sha256(pack), end, static_cast<uint32_t>(plain.size()),
                        static_cast<uint32_t>(plain.size())};
    end += plain.size();
    objects_[{ref.pack, ref.id}] = plain;
    return ref;
  }

  ObjectRef PutList(const std::string& pack, const std::vector<ObjectRef>& chunks) {
    return Put(pack, ChunkList{chunks}.Encode());
  }

  static ObjectRef Chunk(const std::string& pack, uint64_t offset = 16) {
    return {Sha256("chunk in " + pack), Sha256(pack), offset, 10, 20};
  }

  Status Need(const Manifest& manifest) { return needed_.Add(manifest); }
  bool IsNeeded(const std::string& pack) const { return needed_.ends().contains(Sha256(pack)); }

  std::map<std::string, uint64_t> sizes_;
  std::map<std::pair<Id, Id>, std::string> objects_;
  size_t reads_ = 0;
  std::vector<Id> met_;
  NeededPacks needed_{[this](const ObjectRef& ref) -> Result<std::string> {
                        ++reads_;
                        const auto found = objects_.find({ref.pack, ref.id});
                        if (found == objects_.end()) return Missing("no such object");
                        return found->second;
                      },
                      [this](const Id& pack) { met_.push_back(pack); }};
};

TEST_F(NeededPacksTest, AreThoseOfEveryKindOfObject) {
  const ObjectRef list = PutList("lists", {Chunk("chunks"), Chunk("more chunks", 1000)});
  const ObjectRef child = Put("child", Tree{.publisher = {Chunk("child's part")}}.Encode());
  const Tree root = AsRoot({.children = {child}, .lists = {{list, 40}}, .publisher = {Chunk("parts")}});
  const Manifest manifest{.root = Put("root", root.Encode()),
                          .hot = {.data = {PutList("hot data list", {Chunk("hot data")})},
                                  .metadata = {PutList("hot metadata list", {Chunk("hot metadata")})}}};
  ASSERT_TRUE(IsOk(Need(manifest)));
  for (const char* pack : {"root", "lists", "chunks", "more chunks", "child", "parts", "child's part", "hot data list",
                           "hot data", "hot metadata list", "hot metadata"})
    EXPECT_TRUE(IsNeeded(pack)) << pack;
  EXPECT_EQ(needed_.ends().size(), 11u);
  EXPECT_EQ(met_.size(), 11u);
  EXPECT_EQ(needed_.ends().at(Sha256("more chunks")), 1010u);
}

TEST_F(NeededPacksTest, WalksWhatImagesShareOnce) {
  const ObjectRef child = Put("p", Tree{.publisher = {Chunk("part")}}.Encode());
  const ObjectRef root = Put("p", AsRoot({.children = {child, child}, .publisher = {Chunk("part")}}).Encode());
  ASSERT_TRUE(IsOk(Need({.root = root})));
  ASSERT_TRUE(IsOk(Need({.root = root})));
  EXPECT_EQ(reads_, 2u);
}

// A reference to an object's own pack means another pack in each copy of the object.
TEST_F(NeededPacksTest, WalksTheSameObjectInAnotherPackToo) {
  const ObjectRef own{Sha256("chunk"), Id{}, 16, 10, 20};
  const std::string tree = Tree{.publisher = {own}}.Encode();
  ObjectRef in_other = Put("other", tree);
  const ObjectRef in_one = Put("one", tree);
  ASSERT_EQ(in_one.id, in_other.id);
  const Tree root = AsRoot({.children = {in_one, in_other}, .publisher = {Chunk("root")}});
  ASSERT_TRUE(IsOk(Need({.root = Put("root", root.Encode())})));
  EXPECT_EQ(reads_, 3u);
}

TEST_F(NeededPacksTest, NamesTheObjectThatCannotBeReadOrDecoded) {
  const ObjectRef absent = Chunk("nowhere");
  const Tree root = AsRoot({.children = {absent}, .publisher = {Chunk("part")}});
  const Status missing = Need({.root = Put("root", root.Encode())});
  ASSERT_TRUE(FailsWith(ErrorKind::kMissing, missing));
  EXPECT_NE(missing.error().message.find("shard " + absent.id.Hex()), std::string::npos);

  const ObjectRef garbage = Put("pack", "no chunk list");
  const Tree other = AsRoot({.lists = {{garbage, 40}}, .publisher = {Chunk("part")}});
  const Status damaged = Need({.root = Put("root", other.Encode())});
  ASSERT_TRUE(FailsWith(ErrorKind::kCorrupt, damaged));
  EXPECT_NE(damaged.error().message.find("chunk list " + garbage.id.Hex()), std::string::npos);
}

}  // namespace
}  // namespace rootstream

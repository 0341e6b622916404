#include "server-tools/store_audit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "format/limits.h"
#include "server-tools/store_stats.h"
#include "tests/support/test_store.h"
#include "tests/support/test_tree.h"

namespace rootstream {
namespace {

class StoreAudit : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteTestFile(folder_ / "tree/a", RandomBytes(2000, 1));
    WriteTestFile(folder_ / "tree/b/c", "text");
    PublishOptions options = OptionsFor(folder_ / "tree", store_);
    options.keys.push_back(SigningKey::Generate());
    keys_ = {options.keys[0].public_key()};
    ASSERT_TRUE(IsOk(Publish(std::move(options))));
  }

  Result<AuditReport> Audit() {
    RS_TRY(const Store store, Store::Open(store_));
    return AuditStore(store, keys_);
  }

  // The files that the audit must check. images.list is not among them, because nothing trusts it.
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const std::string& file : FilesBelow(store_))
      if (!file.starts_with("lock") && !file.starts_with("tmp/") && file != "images.list" && file != "rootstream-store")
        files.push_back(file);
    return files;
  }

  Manifest FirstManifest() {
    const auto manifests = *Store::Open(store_)->ListManifests();
    return *Manifest::Decode(ReadTestFile(store_ + "/" + manifests.at(0).info.name));
  }

  // Writes a manifest that no ref names.
  void PutManifest(const Manifest& manifest) {
    const std::string bytes = manifest.Encode();
    last_manifest_ = store_ + "/manifests/" + Sha256(bytes).Hex();
    WriteTestFile(last_manifest_, bytes);
  }

  // Writes a pack of these objects into the store. Returns the place of its last object.
  ObjectRef PutPack(const std::vector<std::string>& objects) {
    TestPack pack;
    for (const std::string& object : objects) pack.Add(object);
    return Put(pack);
  }

  ObjectRef Put(TestPack& pack) {
    pack.Close();
    WriteTestFile(store_ + "/" + pack.Path(), pack.bytes);
    return pack.refs.back();
  }

  TempFolder folder_;
  const std::string store_ = folder_ / "store";
  std::string last_manifest_;
  std::vector<PublicKey> keys_;
};

TEST_F(StoreAudit, ASoundStoreHasNoDamages) {
  const auto report = Audit();
  ASSERT_TRUE(IsOk(report));
  EXPECT_TRUE(report->damages.empty());
  EXPECT_EQ(report->images, 1u);
  EXPECT_EQ(report->packs, 2u);
  EXPECT_EQ(report->shards, 1u);
  EXPECT_GE(report->chunks, 1u);
  EXPECT_EQ(Files().size(), 4u) << "ref, manifest, two packs";
}

TEST_F(StoreAudit, PassesOverFilesOfOthers) {
  for (const char* file : {"packs/README", "packs/other/file", "packs/00/notes", "manifests/x", "more"})
    WriteTestFile(store_ + "/" + file, "of others");
  const auto report = Audit();
  ASSERT_TRUE(IsOk(report));
  EXPECT_TRUE(report->damages.empty());
  EXPECT_EQ(report->packs, 2u);
}

TEST_F(StoreAudit, NamesAFlipOfAnyByteOfAnyFile) {
  for (const std::string& file : Files()) {
    const std::string whole = ReadTestFile(store_ + "/" + file);
    for (size_t at = 0; at<whole.size(); at += whole.size()> 1000 ? 23 : 1) {
      std::string bytes = whole;
      bytes[at] ^= 4;
      WriteTestFile(store_ + "/" + file, bytes);
      const auto report = Audit();
      ASSERT_TRUE(IsOk(report));
      ASSERT_FALSE(report->damages.empty()) << file << " byte " << at;
    }
    WriteTestFile(store_ + "/" + file, whole);
  }
  EXPECT_TRUE(Audit()->damages.empty());
}

TEST_F(StoreAudit, NamesTruncationAndAbsence) {
  for (const std::string& file : Files()) {
    const std::string whole = ReadTestFile(store_ + "/" + file);
    for (const size_t size : {size_t{0}, size_t{1}, size_t{17}, whole.size() / 2, whole.size() - 1}) {
      WriteTestFile(store_ + "/" + file, whole.substr(0, size));
      const auto report = Audit();
      ASSERT_TRUE(IsOk(report));
      EXPECT_FALSE(report->damages.empty()) << file << " cut to " << size;
    }
    std::filesystem::remove(store_ + "/" + file);
    if (!file.starts_with("images/")) {
      EXPECT_FALSE(Audit()->damages.empty()) << file;
    }
    WriteTestFile(store_ + "/" + file, whole);
  }
}

TEST_F(StoreAudit, RefusesAnotherKey) {
  keys_ = {SigningKey::Generate().public_key()};
  const auto report = Audit();
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->damages.size(), 1u);
}

TEST_F(StoreAudit, NamesAPackThatNobodyNeedsIfItIsDamaged) {
  const std::string hex = Sha256("other").Hex();
  WriteTestFile(store_ + "/packs/" + hex.substr(0, 2) + "/" + hex, PackHeader() + "junk");
  EXPECT_EQ(Audit()->damages.size(), 1u);
}

TEST_F(StoreAudit, NamesAHotRangeThatLeadsNowhere) {
  const ObjectRef root = FirstManifest().root;
  ObjectRef elsewhere = root;
  elsewhere.offset += 1;
  for (const ObjectRef& list : {root, elsewhere}) {
    PutManifest({.root = root, .hot = {.data = {list}, .metadata = {}}});
    const auto report = Audit();
    ASSERT_TRUE(IsOk(report));
    ASSERT_EQ(report->damages.size(), 1u);
    EXPECT_NE(report->damages[0].find("hot list"), std::string::npos) << report->damages[0];
    std::filesystem::remove(last_manifest_);
  }
}

TEST_F(StoreAudit, NamesWhatAHotListSaysWrongly) {
  const ObjectRef root = FirstManifest().root;
  ObjectRef shorter = root, absent = root;
  shorter.stored_size -= 1;
  absent.offset += 1'000'000;
  for (const ObjectRef& wrong : {shorter, absent}) {
    PutManifest({.root = root, .hot = {.data = {PutPack({ChunkList{{root, wrong}}.Encode()})}, .metadata = {}}});
    const auto report = Audit();
    ASSERT_TRUE(IsOk(report));
    ASSERT_EQ(report->damages.size(), 1u);
    EXPECT_NE(report->damages[0].find("hot list"), std::string::npos) << report->damages[0];
    std::filesystem::remove(last_manifest_);
  }
  PutManifest({.root = root, .hot = {.data = {PutPack({ChunkList{{root}}.Encode()})}, .metadata = {}}});
  EXPECT_TRUE(Audit()->damages.empty());
}

TEST_F(StoreAudit, LooksAtTheSameShardInEachPack) {
  const ObjectRef own{Sha256("nothing has this hash"), Id{}, kPackHeaderSize, 5, 5};
  const std::string tree = Tree{.publisher = {own}}.Encode();
  for (const char* other : {"one", "two"}) PutManifest({.root = PutPack({other, tree})});
  EXPECT_EQ(Audit()->shards, 3u) << "these two, and the published image's root";
}

TEST_F(StoreAudit, NamesShardsThatAreNestedTooDeeply) {
  TestPack pack;
  const ObjectRef part = pack.Add(PublisherPart{}.Encode());
  std::vector<ObjectRef> below;
  for (size_t i = 0; i < kMaxShardDepth + 3; ++i)
    below = {pack.Add(Tree{.children = below, .publisher = {part}}.Encode())};
  pack.Add(AsRoot({.children = below, .publisher = {part}}).Encode());
  PutManifest({.root = Put(pack)});
  const auto report = Audit();
  ASSERT_TRUE(IsOk(report));
  const auto too_deep = [](const std::string& damage) { return damage.find("nested too deeply") != std::string::npos; };
  EXPECT_EQ(std::count_if(report->damages.begin(), report->damages.end(), too_deep), 1);
}

TEST_F(StoreAudit, OfAProfiledImageChecksAndCountsAllThatItHas) {
  Profile profile;
  profile.image = {"image", "latest"};
  profile.events = {{ProfileKind::kRead, 0, 0, 0, 2000, "/a", {}}, {ProfileKind::kRead, 1, 0, 0, 4, "/b/c", {}}};
  PublishOptions options = OptionsFor(folder_ / "tree", folder_ / "profiled");
  options.profile = profile;
  ASSERT_TRUE(IsOk(Publish(std::move(options))));
  const auto store = Store::Open(folder_ / "profiled");
  ASSERT_TRUE(IsOk(store));
  const auto report = AuditStore(*store, {});
  ASSERT_TRUE(IsOk(report));
  EXPECT_TRUE(report->damages.empty()) << report->damages[0];
  const auto stats = MeasureStore(*store);
  ASSERT_TRUE(IsOk(stats));
  EXPECT_EQ(stats->live_bytes + stats->packs * kPackHeaderSize, stats->bytes);
}

TEST_F(StoreAudit, StatsCountWhatIsUsed) {
  const auto store = Store::Open(store_);
  ASSERT_TRUE(IsOk(store));
  const auto stats = MeasureStore(*store);
  ASSERT_TRUE(IsOk(stats));
  ASSERT_EQ(stats->images.size(), 1u);
  EXPECT_EQ(stats->images[0].serial, 1u);
  EXPECT_EQ(stats->images[0].entries, 4u);
  EXPECT_EQ(stats->images[0].plain_bytes, 2004u);
  EXPECT_EQ(stats->packs, 2u);
  EXPECT_EQ(stats->dead_packs, 0u);
  EXPECT_LE(stats->live_bytes, stats->bytes);
  EXPECT_GE(stats->live_bytes + 2 * kPackHeaderSize, stats->bytes) << "nothing else is in a pack";
}

}  // namespace
}  // namespace rootstream

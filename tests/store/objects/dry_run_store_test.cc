#include "store/objects/dry_run_store.h"

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

class DryRunStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<DryRunStore> Open() {
    return DryRunStore::Over(std::make_unique<MemoryStore>(contents_), "store").value();
  }
  static void Put(ObjectStore& store, const std::string& name, const std::string& bytes) {
    const auto upload = store.Put();
    ASSERT_TRUE(IsOk(upload));
    ASSERT_TRUE(IsOk((*upload)->Append("forgotten")));
    ASSERT_TRUE(IsOk((*upload)->Restart()));
    ASSERT_TRUE(IsOk((*upload)->Append(bytes)));
    EXPECT_EQ(*(*upload)->ReadBack(1, 100), bytes.substr(1, 100));
    ASSERT_TRUE(IsOk((*upload)->Commit(name)));
  }
  MemoryStore::Contents contents_;
};

TEST_F(DryRunStoreTest, ShowsWhatWasWrittenAndWritesNothing) {
  contents_.objects["packs/ab/old"] = {"old"};
  contents_.objects["images/a/1"] = {"ref"};
  const auto store = Open();
  Put(*store, "packs/ab/new", std::string(3 << 20, 'n'));
  Put(*store, "packs/ab/newer", "newer");
  EXPECT_EQ(*store->Get("packs/ab/new", (3 << 20) - 2, 100), "nn");
  EXPECT_EQ(*store->Get("packs/ab/newer", 0, 3), "new");
  EXPECT_EQ(*store->Get("packs/ab/old", 0, 100), "old");
  const auto packs = *store->List("packs");
  ASSERT_EQ(packs.size(), 3u);
  EXPECT_EQ(packs[0].name, "packs/ab/new");
  EXPECT_EQ(packs[0].size, 3u << 20);
  EXPECT_TRUE(store->Renew("packs/ab/newer", 5));
  EXPECT_FALSE(store->Renew("packs/ab/newer", 6));
  EXPECT_TRUE(store->Renew("packs/ab/old", 3));
  EXPECT_FALSE(store->Renew("packs/ab/none", 0));
  EXPECT_FALSE(*store->Replace("images/a/1", "other", "x"));
  EXPECT_TRUE(*store->Replace("images/a/1", "ref", "x"));
  EXPECT_EQ(*store->Get("images/a/1", 0, 100), "x");
  EXPECT_TRUE(*store->Replace("images/a/1", "x", std::nullopt));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, store->Get("images/a/1", 0, 100)));
  EXPECT_TRUE(store->List("images")->empty());
  EXPECT_TRUE(*store->Replace("images/a/1", std::nullopt, "again"));
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, store->Delete(packs, [](const ObjectInfo&) { return Ok(); })));
  EXPECT_EQ(contents_.objects.size(), 2u);
  EXPECT_EQ(contents_.objects.at("images/a/1").bytes, "ref");
}

TEST_F(DryRunStoreTest, WorksWhereNothingIs) {
  const auto store = DryRunStore::Over(nullptr, "store").value();
  EXPECT_TRUE(store->List("packs")->empty());
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, store->Get("x", 0, 1)));
  EXPECT_TRUE(*store->TryLock(StoreLock::kShared));
  Put(*store, "x", "bytes");
  EXPECT_EQ(*store->Get("x", 0, 9), "bytes");
}

}  // namespace
}  // namespace rootstream

// Covers: server-tools/store_stats.cc.
#include "store/store.h"

#include <gtest/gtest.h>

#include "chunker/publish.h"
#include "chunker/source/source.h"
#include "server-tools/store_audit.h"
#include "server-tools/store_gc.h"
#include "server-tools/store_mirror.h"
#include "server-tools/store_stats.h"
#include "tests/support/memory_store.h"
#include "tests/support/test_store.h"
#include "tests/support/test_transport.h"

namespace rootstream {
namespace {

// Everything that writes and maintains a store, on a store that is not a folder.
class StoreInMemory : public ::testing::Test {
 protected:
  static Store Open(MemoryStore::Contents& contents) { return Store(std::make_unique<MemoryStore>(contents)); }

  Result<PublishSummary> PublishTree(uint64_t seed, const std::string& image = "image") {
    const std::string tree = folder_ / "tree";
    WriteTestFile(tree + "/random", RandomBytes(300'000, seed));
    WriteTestFile(tree + "/shared", RandomBytes(200'000, 77));
    PublishOptions options = OptionsFor(tree, "");
    options.image = {image, "latest"};
    RS_TRY(auto source, OpenSource(tree));
    return PublishInto(Open(contents_), std::move(source), std::move(options));
  }

  static void ExpectSound(MemoryStore::Contents& contents) {
    const auto report = AuditStore(Open(contents), {});
    ASSERT_TRUE(IsOk(report));
    for (const std::string& damage : report->damages) ADD_FAILURE() << damage;
    EXPECT_GT(report->chunks, 0u);
  }

  TempFolder folder_;
  MemoryStore::Contents contents_;
};

TEST_F(StoreInMemory, IsPublishedToVerifiedMeasuredAndCollected) {
  ASSERT_TRUE(IsOk(PublishTree(1)));
  const auto second = PublishTree(2);
  ASSERT_TRUE(IsOk(second));
  EXPECT_EQ(second->serial, 2u);
  EXPECT_GT(second->known_bytes, 0u) << "the file that did not change";
  ExpectSound(contents_);
  EXPECT_EQ(Open(contents_).ListImages()->size(), 1u);
  EXPECT_EQ(contents_.objects.at("images.list").bytes, "image:latest\n");
  const auto before = MeasureStore(Open(contents_));
  ASSERT_TRUE(IsOk(before));
  EXPECT_GT(before->dead_packs, 0u);
  const auto report = CollectGarbage(Open(contents_), {.grace = std::chrono::hours(0), .keep = std::chrono::hours(0)});
  ASSERT_TRUE(IsOk(report));
  EXPECT_GT(report->packs_removed, 0u);
  EXPECT_EQ(MeasureStore(Open(contents_))->dead_packs, 0u);
  ExpectSound(contents_);
}

TEST_F(StoreInMemory, IsMirroredInto) {
  const std::string url = "http://origin/store";
  ASSERT_TRUE(IsOk(PublishTree(1)));
  FakeTransport network;
  for (const auto& [name, object] : contents_.objects) network.Serve(url + "/" + name, object.bytes);
  MemoryStore::Contents copy;
  const auto report =
      MirrorInto([&]() -> Result<Store> { return Open(copy); },
                 {.from = {.url = url}, .to = "", .images = {{"image", "latest"}}, .insecure = true}, network);
  ASSERT_TRUE(IsOk(report));
  EXPECT_EQ(report->images.at(0).error, "");
  ExpectSound(copy);
  for (const auto& [name, object] : copy.objects) EXPECT_EQ(object.bytes, contents_.objects.at(name).bytes) << name;
}

TEST_F(StoreInMemory, ARefComesLastAndNotAtAllIfAnythingBeforeItFails) {
  for (const std::string verb : {"commit packs/", "commit manifests/", "replace images/"}) {
    MemoryStore::Contents fresh;
    contents_.objects.clear();
    contents_.fault = [&](const std::string& done, const std::string& name) -> Status {
      return (done + " " + name).starts_with(verb) ? Failed("no space") : Ok();
    };
    EXPECT_TRUE(FailsWith(ErrorKind::kFailed, PublishTree(1))) << verb;
    EXPECT_FALSE(contents_.objects.contains("images/image/latest")) << verb;
  }
}

TEST_F(StoreInMemory, NothingIsRemovedWhereOneManifestCannotBeRead) {
  ASSERT_TRUE(IsOk(PublishTree(1)));
  ASSERT_TRUE(IsOk(PublishTree(2)));
  const size_t objects = contents_.objects.size();
  contents_.fault = [](const std::string& verb, const std::string& name) -> Status {
    return verb == "get" && name.starts_with("images/") ? Failed("no answer") : Ok();
  };
  EXPECT_FALSE(CollectGarbage(Open(contents_), {.grace = std::chrono::hours(0), .keep = std::chrono::hours(0)}).ok());
  EXPECT_EQ(contents_.objects.size(), objects);
}

// Two concurrent publishers: the slower one makes its ref again, with a serial after that of the first.
TEST_F(StoreInMemory, ASerialIsGivenOnce) {
  const Store store = Open(contents_);
  int made = 0;
  const ImageName image{"image", "latest"};
  ASSERT_TRUE(IsOk(store.ReplaceRef(image, [&](uint64_t last_serial) -> Result<std::string> {
    if (++made == 1) {
      EXPECT_EQ(last_serial, 0u);
      EXPECT_TRUE(IsOk(PublishTree(1)));
      return std::string("would be lost");
    }
    EXPECT_EQ(last_serial, 1u);
    return std::string("second");
  })));
  EXPECT_EQ(made, 2);
  EXPECT_EQ(*store.ReadRef(image), "second");
}

TEST_F(StoreInMemory, ASerialThatCannotBeReadIsNotGivenAgain) {
  contents_.objects["images/a/b"] = {"damaged"};
  const auto make = [](uint64_t) -> Result<std::string> { return std::string("new"); };
  EXPECT_FALSE(Open(contents_).ReplaceRef({"a", "b"}, make).ok());
  EXPECT_EQ(contents_.objects.at("images/a/b").bytes, "damaged");
}

}  // namespace
}  // namespace rootstream

// Covers: fusefs/image/connection.cc, fusefs/image/given_refs.cc, fusefs/mount/layer_tree.cc.
// Opens several images of a store on the disk, with file:// URLs through the real transport.
#include "fusefs/image/layers.h"

#include <gtest/gtest.h>

#include <thread>

#include "fusefs/image/view.h"
#include "fusefs/mount/layer_tree.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

class LayersTest : public ::testing::Test {
 protected:
  LayersTest() {
    for (const char* name : {"base", "site", "room"}) {
      const std::string tree = folder_ / name;
      WriteTestFile(tree + "/file", std::string("of ") + name);
      PublishTree(name);
    }
  }

  void PublishTree(const std::string& name) {
    PublishOptions options = OptionsFor(folder_ / name, folder_ / "store");
    options.image = {name, "latest"};
    EXPECT_TRUE(IsOk(Publish(std::move(options))));
  }

  void Change(const std::string& name) {
    WriteTestFile(std::string(folder_ / name) + "/file", "newer");
    PublishTree(name);
  }

  std::string RefFile(const std::string& name) { return folder_ / (name + ".ref"); }

  void Keep(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const auto layers = OpenThem(name);
      ASSERT_TRUE(IsOk(layers));
      WriteTestFile(RefFile(name), (*layers)->base().ref().encoded);
    }
  }

  Result<std::unique_ptr<Layers>> OpenThem(const std::string& names) {
    options_.url = "file://" + std::string(folder_ / "store") + "/" + names;
    return Layers::Open(options_, [](const Error&) {});
  }

  static std::string FileOf(Client& client) {
    View view(client);
    const auto file = view.Find("/file");
    EXPECT_TRUE(IsOk(file));
    std::string contents;
    if (!file.ok()) return contents;
    EXPECT_TRUE(IsOk(view.ReadData(*file, [&](uint64_t, std::string_view bytes) {
      contents += bytes;
      return Ok();
    })));
    return contents;
  }

  TempFolder folder_;
  ClientOptions options_{.insecure = true, .cache = "none", .give_up_after = std::chrono::seconds(2)};
};

TEST_F(LayersTest, EachIsAnImageOfItsOwnOverOneCache) {
  const auto layers = OpenThem("base,site,room");
  ASSERT_TRUE(IsOk(layers));
  ASSERT_EQ((*layers)->clients().size(), 3u);
  EXPECT_EQ(FileOf((*layers)->base()), "of base");
  EXPECT_EQ(FileOf(*(*layers)->clients()[2]), "of room");
  for (const auto& client : (*layers)->clients()) EXPECT_EQ(&client->cache(), &(*layers)->cache());
}

TEST_F(LayersTest, AllMustOpen) {
  const auto layers = OpenThem("base,absent,room");
  ASSERT_TRUE(FailsWith(ErrorKind::kMissing, layers));
  EXPECT_NE(layers.error().message.find("absent"), std::string::npos) << layers.error().message;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, OpenThem("base,base")));
}

TEST_F(LayersTest, EachCanBeOpenedAtAGivenVersion) {
  Keep({"base", "site"});
  for (const char* name : {"base", "site", "room"}) Change(name);
  options_.refs = {RefFile("site"), RefFile("base")};
  auto layers = OpenThem("base,site,room");
  ASSERT_TRUE(IsOk(layers));
  EXPECT_EQ(FileOf((*layers)->base()), "of base");
  EXPECT_EQ(FileOf(*(*layers)->clients()[1]), "of site");
  EXPECT_EQ(FileOf(*(*layers)->clients()[2]), "newer");
  options_.refs = {RefFile("site")};
  layers = OpenThem("base,site");
  ASSERT_TRUE(IsOk(layers));
  EXPECT_EQ(FileOf((*layers)->base()), "newer");
  EXPECT_EQ(FileOf(*(*layers)->clients()[1]), "of site");
}

TEST_F(LayersTest, EachGivenRefIsOfAnImageThatIsOpened) {
  Keep({"base", "site"});
  const auto refused = [&](std::vector<std::string> files, const std::string& file, const std::string& what) {
    options_.refs = std::move(files);
    const auto layers = OpenThem("base,room");
    ASSERT_TRUE(!layers.ok());
    EXPECT_EQ(layers.error().message.rfind(file, 0), 0u) << layers.error().message;
    EXPECT_NE(layers.error().message.find(what), std::string::npos) << layers.error().message;
  };
  refused({RefFile("base"), RefFile("site")}, RefFile("site"), "a ref of site:latest, which is not opened here");
  WriteTestFile(folder_ / "again", ReadTestFile(RefFile("base")));
  refused({RefFile("base"), folder_ / "again"}, folder_ / "again", "a second ref of base:latest");
  WriteTestFile(folder_ / "any", "any");
  refused({folder_ / "any"}, folder_ / "any", "");
  refused({folder_ / "absent"}, "cannot", "absent");
}

TEST_F(LayersTest, TheFirstIsRecorded) {
  options_.record = true;
  const auto layers = OpenThem("base,site");
  ASSERT_TRUE(IsOk(layers));
  for (const auto& client : (*layers)->clients()) FileOf(*client);
  EXPECT_GT((*layers)->base().recorder().size(), 0u);
  EXPECT_EQ((*layers)->clients()[1]->recorder().size(), 0u);
}

TEST_F(LayersTest, AreFilledOneAfterAnother) {
  options_.cache = folder_ / "cache";
  options_.fill = kNoRateLimit;
  const auto layers = OpenThem("base,site,room");
  ASSERT_TRUE(IsOk(layers));
  Fill* const last = (*layers)->clients()[2]->fill();
  ASSERT_NE(last, nullptr);
  for (int i = 0; i < 3000 && !last->progress().ended; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  for (const auto& client : (*layers)->clients()) {
    EXPECT_TRUE(client->fill()->progress().ended);
    EXPECT_EQ(client->fill()->progress().problem, "");
  }
}

TEST_F(LayersTest, EndWhileTheyAreBeingFilled) {
  options_.cache = folder_ / "cache";
  options_.fill = 1;  // bytes a second
  EXPECT_TRUE(IsOk(OpenThem("base,site,room")));
}

TEST_F(LayersTest, HaveInodesApart) {
  const auto layers = OpenThem("base,site,room");
  ASSERT_TRUE(IsOk(layers));
  const LayerTree tree(**layers);
  EXPECT_TRUE(tree.IsLayerDirectory(kRootInode));
  EXPECT_EQ(tree.Find(kRootInode), nullptr);
  for (const char* name : {"0", "4", "", "11", "a", "/"}) EXPECT_EQ(tree.Named(name), nullptr) << name;
  for (size_t i = 0; i < 3; ++i) {
    const LayerTree::Layer* layer = tree.Named(std::to_string(i + 1));
    ASSERT_NE(layer, nullptr);
    EXPECT_EQ(&layer->image, &(*layers)->clients()[i]->image());
    for (const uint64_t inode : {kRootInode, uint64_t{UINT32_MAX} << kRowBits | 5}) {
      EXPECT_EQ(tree.Find(layer->Outer(inode)), layer);
      EXPECT_EQ(layer->Inner(layer->Outer(inode)), inode);
      EXPECT_FALSE(tree.IsLayerDirectory(layer->Outer(inode)));
    }
  }
  for (const uint64_t inode : {uint64_t{4} << 52 | 1, uint64_t{1} << 60 | 1, UINT64_MAX})
    EXPECT_EQ(tree.Find(inode), nullptr) << inode;
}

TEST_F(LayersTest, OneImageKeepsItsInodes) {
  const auto layers = OpenThem("site");
  ASSERT_TRUE(IsOk(layers));
  const LayerTree tree(**layers);
  EXPECT_FALSE(tree.IsLayerDirectory(kRootInode));
  ASSERT_NE(tree.Find(kRootInode), nullptr);
  EXPECT_EQ(tree.Find(kRootInode)->Outer(77), 77u);
  EXPECT_EQ(tree.Find(uint64_t{1} << 52 | 1), nullptr);
}

}  // namespace
}  // namespace rootstream

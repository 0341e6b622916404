// Covers: cache/profile_io.cc.
// Recordings of real images, and the profile files that later recordings continue.
#include "fusefs/image/profile_file.h"

#include <gtest/gtest.h>

#include "cache/profile_io.h"
#include "fusefs/image/view.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

class ProfileFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    MakeRichTree(tree());
    for (int i = 0; i < 3000; ++i) WriteTestFile(tree() + "/large/" + std::to_string(i), "");
    ASSERT_TRUE(IsOk(PublishTree(tree(), folder_ / "store")));
  }
  std::string tree() const { return folder_ / "tree"; }
  std::string file() const { return folder_ / "profile"; }

  std::unique_ptr<Client> OpenRecorded() {
    ClientOptions options{.url = "file://" + (folder_ / "store") + "/image", .insecure = true, .cache = "none"};
    options.record = true;
    auto client = Client::Open(options, [](const Error&) {});
    EXPECT_TRUE(IsOk(client));
    return client.ok() ? std::move(*client) : nullptr;
  }
  static void ReadFile(Client& client, const std::string& path) {
    View view(client);
    const auto node = view.Find(path);
    ASSERT_TRUE(IsOk(node));
    ASSERT_TRUE(IsOk(view.ReadData(*node, [](uint64_t, std::string_view) { return Ok(); })));
  }
  std::vector<std::string> ReadPaths() {
    std::vector<std::string> paths;
    const auto profile = ReadProfile(file());
    EXPECT_TRUE(IsOk(profile));
    if (profile.ok())
      for (const ProfileEvent& event : profile->events)
        if (event.kind == ProfileKind::kRead) paths.push_back(event.path);
    return paths;
  }

  TempFolder folder_;
};

using Paths = std::vector<std::string>;

TEST_F(ProfileFileTest, HoldsWhatWasReadInOrder) {
  const auto client = OpenRecorded();
  auto profile = ProfileFile::Open(file(), client->url().image);
  ASSERT_TRUE(IsOk(profile));
  ReadFile(*client, "many/7");
  ReadFile(*client, "dir/a");
  ASSERT_TRUE(IsOk(profile->Save(*client)));
  EXPECT_EQ(ReadPaths(), (Paths{"/many/7", "/dir/a"}));
  const auto written = ReadProfile(file());
  EXPECT_EQ(written->image.ToString(), "image:latest");
  EXPECT_EQ(written->manifest, client->ref().manifest_id);
  EXPECT_EQ(written->events[0].kind, ProfileKind::kShard);
  EXPECT_EQ(written->events[0].shard, client->ref().manifest.root.id);
}

TEST_F(ProfileFileTest, GoesOnWithOneThatIsThere) {
  for (const char* path : {"many/7", "dir/a", "many/7"}) {
    const auto client = OpenRecorded();
    auto profile = ProfileFile::Open(file(), client->url().image);
    ASSERT_TRUE(IsOk(profile));
    ReadFile(*client, path);
    ASSERT_TRUE(IsOk(profile->Save(*client)));
  }
  EXPECT_EQ(ReadPaths(), (Paths{"/many/7", "/dir/a"}));
}

TEST_F(ProfileFileTest, RefusesAnotherImagesAndDamagedOnes) {
  Profile other;
  other.image = {"other", "latest"};
  ASSERT_TRUE(IsOk(WriteProfile(file(), other)));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ProfileFile::Open(file(), {"image", "latest"})));
  WriteTestFile(file(), "<html>");
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ProfileFile::Open(file(), {"image", "latest"})));
}

TEST_F(ProfileFileTest, EveryInodeHasItsPath) {
  const auto met = OpenRecorded();
  View view(*met);
  size_t checked = 0;
  const std::function<void(const Node&, const std::string&)> walk = [&](const Node& directory,
                                                                        const std::string& prefix) {
    ASSERT_TRUE(IsOk(view.ForEachEntry(directory, [&](const std::string& name, const Node& node) {
      const std::string path = prefix + "/" + name;
      const auto check = [&](const Result<std::string>& found) {
        EXPECT_TRUE(IsOk(found)) << path;
        if (found.ok() && node.inode().nlink == 1) {
          EXPECT_EQ(*found, path);
        }
        ++checked;
      };
      met->image().PathOf(node.id(), check);
      if (S_ISDIR(node.inode().mode)) walk(node, path);
      return Ok();
    })));
  };
  const auto root = view.Find("/");
  ASSERT_TRUE(IsOk(root));
  walk(*root, "");
  EXPECT_GT(checked, 3050u);
  met->image().PathOf(root->id(), [](const Result<std::string>& path) { EXPECT_EQ(*path, "/"); });
  const auto link = view.Find("hard");
  met->image().PathOf(
      link->id(), [](const Result<std::string>& path) { EXPECT_TRUE(*path == "/hard" || *path == "/dir/a") << *path; });
}

}  // namespace
}  // namespace rootstream

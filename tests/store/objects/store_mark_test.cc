// Covers: store/objects/store_path.cc.
#include "store/objects/store_mark.h"

#include <gtest/gtest.h>

#include "store/objects/store_path.h"
#include "tests/support/test_store.h"

namespace rootstream {
namespace {

class StoreMark : public ::testing::Test {
 protected:
  StoreMark() {
    WriteTestFile(folder_ / "tree/a", RandomBytes(1000, 1));
    EXPECT_TRUE(IsOk(PublishTree(folder_ / "tree", store())));
  }
  std::string store() const { return folder_ / "store"; }
  void ExpectKind(FolderKind kind, const std::string& path) {
    const auto found = KindOfFolder(path);
    ASSERT_TRUE(IsOk(found));
    EXPECT_EQ(static_cast<int>(*found), static_cast<int>(kind)) << path;
  }
  TempFolder folder_;
};

TEST_F(StoreMark, IsWrittenByTheFirstPublish) {
  ExpectKind(FolderKind::kStore, store());
  EXPECT_EQ(ReadTestFile(store() + "/rootstream-store"), "rootstream store, version 1\n");
}

TEST_F(StoreMark, StoresWithoutOneAreKnownByWhatTheyHold) {
  std::filesystem::remove(store() + "/rootstream-store");
  WriteTestFile(store() + "/index.html", "welcome");
  ExpectKind(FolderKind::kUnmarkedStore, store());
  CopyFolder(store(), folder_ / "without refs");
  std::filesystem::remove_all(folder_ / "without refs/images/image");
  ExpectKind(FolderKind::kUnmarkedStore, folder_ / "without refs");
  std::filesystem::remove_all(store() + "/packs");
  ExpectKind(FolderKind::kUnmarkedStore, store());
  EXPECT_TRUE(IsOk(Store::Open(store())));
  EXPECT_TRUE(IsOk(Store::OpenOrCreate(store())));
  ExpectKind(FolderKind::kStore, store());
}

TEST_F(StoreMark, ADamagedOneIsWrittenAnew) {
  WriteTestFile(store() + "/rootstream-store", "");
  ExpectKind(FolderKind::kUnmarkedStore, store());
  EXPECT_TRUE(IsOk(PublishTree(folder_ / "tree", store())));
  ExpectKind(FolderKind::kStore, store());
}

TEST_F(StoreMark, OfALaterVersionIsRefused) {
  WriteTestFile(store() + "/rootstream-store", "rootstream store, version 2\nand more\n");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Store::Open(store())));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublishTree(folder_ / "tree", store())));
  EXPECT_EQ(ReadTestFile(store() + "/rootstream-store"), "rootstream store, version 2\nand more\n");
}

TEST_F(StoreMark, FoldersOfOthersAreNoStoresAndKeepTheirFiles) {
  const std::string site = folder_ / "site";
  const std::vector<std::string> files = {"images/logo.png", "images/photos/latest", "packs/ab/readme",
                                          "tmp/upload.dat",  "tmp/new-abcdef",       "manifests/" + Sha256("").Hex()};
  for (const std::string& file : files) WriteTestFile(site + "/" + file, "important");
  ExpectKind(FolderKind::kForeign, site);
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Store::Open(site)));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PublishTree(folder_ / "tree", site)));
  EXPECT_EQ(FilesBelow(site).size(), files.size());
}

TEST_F(StoreMark, AFolderOfOurNamesWithForeignFilesIsForeign) {
  for (const char* file : {"tmp/upload.dat", "tmp/new-aB3xyz", "images/logo.png", "packs/x", "notes"}) {
    const TempFolder other;
    WriteTestFile(other / file, "important");
    ExpectKind(FolderKind::kForeign, other.path());
  }
}

TEST_F(StoreMark, WhatACrashLeftBecomesAStore) {
  const std::string left = folder_ / "left";
  WriteTestFile(left + "/rootstream-store~aB3xyz", "");
  std::filesystem::create_directories(left + "/packs");
  ExpectKind(FolderKind::kUnused, left);
  EXPECT_TRUE(IsOk(PublishTree(folder_ / "tree", left)));
  ExpectKind(FolderKind::kStore, left);
}

TEST_F(StoreMark, OnlyFilesWithOurNamesAreCleanedAway) {
  for (const char* name : {"new-aB3xyz", "new-abc", "new-abcdefg", "new-abc.ef", "upload.dat"})
    WriteTestFile(store() + "/tmp/" + name, "x");
  std::filesystem::create_directories(store() + "/tmp/new-folder");
  ASSERT_EQ(mkfifo((store() + "/tmp/new-fifo12").c_str(), 0600), 0);
  EXPECT_TRUE(IsOk(PublishTree(folder_ / "tree", store())));
  EXPECT_EQ(FilesBelow(store() + "/tmp"),
            (std::vector<std::string>{"new-abc", "new-abc.ef", "new-abcdefg", "upload.dat"}));
  EXPECT_TRUE(std::filesystem::exists(store() + "/tmp/new-fifo12"));
}

TEST(StorePath, RefusesWhatIsNoFolder) {
  for (const char* text : {"", "http://host/store", "s3://bucket/store", "sftp://host/x", "file:///srv"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, StorePath(text))) << text;
  EXPECT_EQ(*StorePath("/srv/store//"), "/srv/store");
  EXPECT_EQ(*StorePath("/"), "/");
  EXPECT_EQ(*StorePath("odd:name"), "odd:name");
}

TEST(PathWithin, FollowsSymlinksAndKnowsWhatIsNotThereYet) {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "outer/srv");
  std::filesystem::create_directories(folder / "outerspace");
  std::filesystem::create_symlink(folder / "outer/srv", folder / "link");
  EXPECT_EQ(PathWithin(folder / "outer", folder / "outer/srv/store"), "/srv/store");
  EXPECT_EQ(PathWithin(folder / "outer", folder / "link/new/store"), "/srv/new/store");
  EXPECT_EQ(PathWithin(folder / "outer/", folder / "outer"), "/");
  EXPECT_EQ(PathWithin(folder / "outer", folder / "outerspace"), std::nullopt);
  EXPECT_EQ(PathWithin("/", "/srv/none"), "/srv/none");
}

}  // namespace
}  // namespace rootstream

// Covers: store/objects/folder_upload.cc.
#include "store/objects/folder_store.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(FolderStoreOpen, TellsMissingFromInvalid) {
  const TempFolder folder;
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, FolderStore::Open(folder / "missing")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, FolderStore::Open(folder.path())));
  ASSERT_TRUE(IsOk(FolderStore::OpenOrCreate(folder / "store")));
  EXPECT_TRUE(IsOk(FolderStore::Open(folder / "store/")));
  WriteTestFile(folder / "file", "");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, FolderStore::OpenOrCreate(folder / "file")));
}

class FolderStoreTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  std::unique_ptr<FolderStore> store_ = FolderStore::OpenOrCreate(folder_ / "store").value();
};

TEST_F(FolderStoreTest, CleanUpLeavesUploadsInUseAlone) {
  WriteTestFile(folder_ / "store/tmp/new-Le0ft1", "of a crash");
  WriteTestFile(folder_ / "store/tmp/part-abc", "to be resumed");
  const auto used = store_->Put({});
  ASSERT_TRUE(IsOk(used));
  store_->RemoveAbandonedUploads();
  const auto left = FilesBelow(folder_ / "store/tmp");
  EXPECT_EQ(left.size(), 2u);
  EXPECT_EQ(std::count(left.begin(), left.end(), "new-Le0ft1"), 0);
  ASSERT_TRUE(IsOk((*used)->Append("x")));
  EXPECT_TRUE(IsOk((*used)->Commit("packs/ab/abc")));
}

TEST_F(FolderStoreTest, OfTwoThatResumeTheSameUploadEachHasItsOwn) {
  const auto first = store_->Put("packs/ab/abc"), second = store_->Put("packs/ab/abc");
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(IsOk((*first)->Append("first")));
  ASSERT_TRUE(IsOk((*second)->Append("second")));
  ASSERT_TRUE(IsOk((*first)->Commit("packs/ab/abc")));
  EXPECT_EQ(*store_->Get("packs/ab/abc", 0, 9), "first");
  ASSERT_TRUE(IsOk((*second)->Commit("packs/ab/abc")));
  EXPECT_TRUE(FilesBelow(folder_ / "store/tmp").empty());
}

// An image that List() leaves out would not protect its packs.
TEST_F(FolderStoreTest, ALinkToWhatIsNotThereIsNotPassedOver) {
  std::filesystem::create_directories(folder_ / "store/images/debian");
  std::filesystem::create_symlink("/not/mounted", folder_ / "store/images/debian/latest");
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, store_->List("images")));
}

TEST_F(FolderStoreTest, AFolderWithoutImagesIsNoEmptyStore) {
  std::filesystem::remove_all(folder_ / "store/images");
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, store_->List("images")));
}

TEST_F(FolderStoreTest, OnlyRegularFilesAreObjects) {
  ASSERT_EQ(mkfifo((folder_ / "store/packs/fifo").c_str(), 0600), 0);
  std::filesystem::create_directories(folder_ / "store/packs/ab/folder/below");
  WriteTestFile(folder_ / "store/packs/ab/folder/below/file", "x");
  EXPECT_TRUE(store_->List("packs")->empty());
}

TEST_F(FolderStoreTest, LockedOnceExclusiveOrSharedByMany) {
  const auto other = FolderStore::Open(folder_ / "store").value();
  EXPECT_TRUE(*store_->TryLock(StoreLock::kShared));
  EXPECT_TRUE(*other->TryLock(StoreLock::kShared));
  EXPECT_FALSE(*other->TryLock(StoreLock::kExclusive));
}

}  // namespace
}  // namespace rootstream

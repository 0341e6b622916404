// What every store does, in a folder, in memory and in a bucket: of this process, or, from tests/e2e/s3.sh, of a real
// service. Then ROOTSTREAM_TEST_BUCKET is its s3:// URL, and the AWS variables tell the rest.
//
// Covers: store/s3/s3_upload.cc, store/s3/client.cc.
#include "store/objects/object_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "store/objects/folder_store.h"
#include "store/s3/s3_store.h"
#include "tests/support/fake_bucket.h"
#include "tests/support/memory_store.h"
#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

struct Folder {
  TempFolder folder;
  std::unique_ptr<ObjectStore> Open() { return FolderStore::OpenOrCreate(folder / "store").value(); }
};

struct Memory {
  MemoryStore::Contents contents;
  std::unique_ptr<ObjectStore> Open() { return std::make_unique<MemoryStore>(contents); }
};

struct Bucket {
  FakeBucket bucket;
  const char* const real = getenv("ROOTSTREAM_TEST_BUCKET");
  const std::string url = UrlOfStore(real != nullptr ? real : "s3://bucket");
  std::unique_ptr<ObjectStore> Open() {
    return S3Store::OpenOrCreate(url, real != nullptr ? S3Options{} : bucket.Options()).value();
  }
  static std::string UrlOfStore(const std::string& bucket) {
    static int count = 0;
    return bucket + "/" + std::to_string(getpid()) + "-" + std::to_string(++count);
  }
};

template <typename Medium>
class ObjectStoreTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, const std::string& bytes) {
    const auto upload = store_->Put();
    ASSERT_TRUE(IsOk(upload));
    ASSERT_TRUE(IsOk((*upload)->Append(bytes)));
    ASSERT_TRUE(IsOk((*upload)->Commit(name)));
  }

  Medium medium_;
  std::unique_ptr<ObjectStore> store_ = medium_.Open();
};

using Media = ::testing::Types<Folder, Memory, Bucket>;
TYPED_TEST_SUITE(ObjectStoreTest, Media);

TYPED_TEST(ObjectStoreTest, GetsRangesOfWhatWasPut) {
  this->Put("packs/ab/abc", "0123456789");
  EXPECT_EQ(*this->store_->Get("packs/ab/abc", 0, 100), "0123456789");
  EXPECT_EQ(*this->store_->Get("packs/ab/abc", 3, 4), "3456");
  EXPECT_EQ(*this->store_->Get("packs/ab/abc", 8, 4), "89") << "it ends there";
  EXPECT_EQ(*this->store_->Get("packs/ab/abc", 11, 4), "");
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, this->store_->Get("packs/ab/abd", 0, 1)));
}

TYPED_TEST(ObjectStoreTest, AnUploadIsThereOnceItIsCommitted) {
  {
    const auto upload = this->store_->Put();
    ASSERT_TRUE(IsOk((*upload)->Append(std::string(3 << 20, 'x'))));
    EXPECT_TRUE(this->store_->List("packs")->empty());
    ASSERT_TRUE(IsOk((*upload)->Restart()));
    ASSERT_TRUE(IsOk((*upload)->Append("short")));
    ASSERT_TRUE(IsOk((*upload)->Commit("packs/ab/abc")));
  }
  EXPECT_EQ(*this->store_->Get("packs/ab/abc", 0, 100), "short");
  { ASSERT_TRUE(IsOk((*this->store_->Put())->Append("never committed"))); }
  EXPECT_EQ(this->store_->List("packs")->size(), 1u);
}

TYPED_TEST(ObjectStoreTest, AnInterruptedUploadIsGoneOnWith) {
  if (std::is_same_v<TypeParam, Bucket>) GTEST_SKIP() << "in a bucket it begins anew";
  const std::string name = "packs/ab/abc";
  { ASSERT_TRUE(IsOk((*this->store_->Put(name))->Append("first "))); }
  const auto again = this->store_->Put(name);
  ASSERT_TRUE(IsOk(again));
  EXPECT_EQ(*(*again)->ReadBack(0, 4), "firs");
  EXPECT_EQ(*(*again)->ReadBack(4, 100), "t ");
  ASSERT_TRUE(IsOk((*again)->Append("second")));
  ASSERT_TRUE(IsOk((*again)->Commit(name)));
  EXPECT_EQ(*this->store_->Get(name, 0, 100), "first second");
}

// In a bucket, it goes in parts.
TYPED_TEST(ObjectStoreTest, ALargeObjectIsWhole) {
  const std::string bytes = RandomBytes(20 << 20, 1);
  this->Put("packs/ab/large", bytes);
  EXPECT_TRUE(*this->store_->Get("packs/ab/large", 0, bytes.size() + 1) == bytes);
  EXPECT_TRUE(*this->store_->Get("packs/ab/large", 8'388'600, 16) == bytes.substr(8'388'600, 16));
  EXPECT_EQ(this->store_->List("packs")->at(0).size, bytes.size());
}

TYPED_TEST(ObjectStoreTest, ListsByNameWithSizes) {
  for (const char* name : {"images/b/latest", "images/a/2", "images/a/1", "images.list"}) this->Put(name, name);
  const auto found = this->store_->List("images");
  ASSERT_TRUE(IsOk(found));
  ASSERT_EQ(found->size(), 3u);
  EXPECT_EQ(found->at(0).name, "images/a/1");
  EXPECT_EQ(found->at(1).name, "images/a/2");
  EXPECT_EQ(found->at(2).name, "images/b/latest");
  EXPECT_EQ(found->at(2).size, 15u);
}

TYPED_TEST(ObjectStoreTest, ReplacesWhatIsUnchanged) {
  const std::string name = "images/a/latest";
  EXPECT_FALSE(*this->store_->Replace(name, "something", "1")) << "it is not there";
  EXPECT_TRUE(*this->store_->Replace(name, std::nullopt, "1"));
  EXPECT_FALSE(*this->store_->Replace(name, std::nullopt, "2"));
  EXPECT_FALSE(*this->store_->Replace(name, "0", "2"));
  EXPECT_FALSE(*this->store_->Replace(name, "10", "2"));
  EXPECT_FALSE(*this->store_->Replace(name, "", "2"));
  EXPECT_TRUE(*this->store_->Replace(name, "1", std::string(100'000, '2')));
  EXPECT_TRUE(*this->store_->Replace(name, std::string(100'000, '2'), "3"));
  EXPECT_EQ(*this->store_->Get(name, 0, 100), "3");
  EXPECT_FALSE(*this->store_->Replace(name, "2", std::nullopt));
  EXPECT_EQ(*this->store_->Get(name, 0, 100), "3");
  EXPECT_TRUE(*this->store_->Replace(name, "3", std::nullopt));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, this->store_->Get(name, 0, 100)));
  EXPECT_TRUE(*this->store_->Replace(name, std::nullopt, std::nullopt)) << "it is absent, and stays so";
}

TYPED_TEST(ObjectStoreTest, OfManyThatReplaceAtOnceNoneIsLost) {
  constexpr int kThreads = 4, kEach = 20;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([this] {
      const auto store = this->medium_.Open();
      for (int done = 0; done < kEach;) {
        const auto was = store->Get("count", 0, 20);
        const std::optional<std::string> before = was.ok() ? std::optional(*was) : std::nullopt;
        if (*store->Replace("count", before, std::to_string(before ? std::stoi(*before) + 1 : 1))) ++done;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(*this->store_->Get("count", 0, 20), std::to_string(kThreads * kEach));
}

TYPED_TEST(ObjectStoreTest, DeletesWhatIsAsItWasListed) {
  this->Put("packs/ab/kept", "x");
  this->Put("packs/ab/gone", "x");
  const auto listed = *this->store_->List("packs");
  ASSERT_EQ(listed.size(), 2u);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(20));  // a kernel's clock of files ticks more slowly than others
  EXPECT_FALSE(this->store_->Renew("packs/ab/kept", 2)) << "it has one byte";
  EXPECT_TRUE(this->store_->Renew("packs/ab/kept", 1));
  if (std::is_same_v<TypeParam, Bucket>) GTEST_SKIP() << "a bucket leaves alone what is young";
  size_t told = 0;
  ASSERT_TRUE(IsOk(this->store_->Delete(listed, [&](const ObjectInfo&) { return ++told, Ok(); })));
  EXPECT_EQ(told, 2u);
  const auto left = *this->store_->List("packs");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.at(0).name, "packs/ab/kept");
}

TYPED_TEST(ObjectStoreTest, DeletesNothingAfterItWasStopped) {
  this->Put("packs/ab/a", "x");
  const auto stop = [](const ObjectInfo&) -> Status { return Failed("stopped"); };
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, this->store_->Delete(*this->store_->List("packs"), stop)));
  EXPECT_EQ(this->store_->List("packs")->size(), 1u);
}

}  // namespace
}  // namespace rootstream

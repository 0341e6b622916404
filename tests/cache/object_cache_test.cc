#include "cache/object_cache.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"
#include "tests/support/test_transport.h"

namespace rootstream {
namespace {

const std::string kStore = "http://store";

Result<PlainBytes> Fetch(ObjectCache& cache, const ObjectRef& ref) {
  auto done = std::make_shared<std::promise<Result<PlainBytes>>>();
  auto answer = done->get_future();
  cache.Get(ref, Priority::kDemand, [done](const Result<PlainBytes>& result) { done->set_value(result); });
  return answer.get();
}

class ObjectCacheTest : public ::testing::Test {
 protected:
  ObjectCacheTest() { net_.Serve(kStore + "/" + pack_.Path(), pack_.bytes); }

  std::unique_ptr<ObjectCache> OpenCache(size_t memory = 1 << 20,
                                         std::chrono::seconds give_up = std::chrono::seconds(60)) {
    auto cache = ObjectCache::Open({.folder = folder_.path(), .disk_limit = 8 << 20, .memory_limit = memory}, net_,
                                   {give_up}, {kStore});
    EXPECT_TRUE(IsOk(cache));
    return std::move(*cache);
  }

  TempFolder folder_;
  FakeTransport net_;
  const TestPack pack_ = MakeTestPack(8, 5000);
};

TEST_F(ObjectCacheTest, GoesFromMemoryToTheDiskToTheNetwork) {
  auto cache = OpenCache();
  EXPECT_EQ(cache->Look(pack_.refs[0]), nullptr);
  auto got = Fetch(*cache, pack_.refs[0]);
  ASSERT_TRUE(IsOk(got));
  EXPECT_EQ(**got, pack_.plain[0]);
  EXPECT_EQ(cache->counters().misses, 1u);
  EXPECT_EQ(*cache->Look(pack_.refs[0]), pack_.plain[0]);
  EXPECT_EQ(cache->counters().memory_hits, 1u);
  cache = nullptr;
  cache = OpenCache();
  EXPECT_EQ(*cache->Look(pack_.refs[0]), pack_.plain[0]);
  EXPECT_EQ(cache->counters().disk_hits, 1u);
  EXPECT_EQ(cache->counters().memory_hits, 0u);
  EXPECT_EQ(net_.requests().size(), 1u);
}

TEST_F(ObjectCacheTest, ADamagedDiskIsHealedFromTheNetwork) {
  auto cache = OpenCache();
  for (const ObjectRef& ref : pack_.refs) ASSERT_TRUE(IsOk(Fetch(*cache, ref)));
  cache = nullptr;
  for (const std::string& file : FilesBelow(folder_ / "segments")) {
    std::string bytes = ReadTestFile(folder_ / "segments/" + file);
    for (size_t at = 100; at < bytes.size(); at += 4000) bytes[at] ^= 1;
    WriteTestFile(folder_ / "segments/" + file, bytes);
  }
  cache = OpenCache();
  for (size_t n = 0; n < pack_.refs.size(); ++n) {
    const auto got = Fetch(*cache, pack_.refs[n]);
    ASSERT_TRUE(IsOk(got));
    EXPECT_EQ(**got, pack_.plain[n]);
  }
}

TEST_F(ObjectCacheTest, WorksWithoutADisk) {
  auto cache = ObjectCache::Open({.memory_limit = 1 << 20}, net_, {}, {kStore});
  ASSERT_TRUE(IsOk(cache));
  EXPECT_EQ((*cache)->disk(), nullptr);
  const auto got = Fetch(**cache, pack_.refs[3]);
  ASSERT_TRUE(IsOk(got));
  EXPECT_EQ(**got, pack_.plain[3]);
}

TEST_F(ObjectCacheTest, FailsToOpenWhereNoFolderCanBe) {
  WriteTestFile(folder_ / "file", "");
  EXPECT_FALSE(ObjectCache::Open({.folder = folder_ / "file"}, net_, {}, {kStore}).ok());
}

// The publisher has signed a wrong size, so another request would not help.
TEST_F(ObjectCacheTest, AnObjectThatDoesNotOpenIsInvalidAndAskedForOnce) {
  auto cache = OpenCache();
  ObjectRef ref = pack_.refs[0];
  ref.plain_size -= 1;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Fetch(*cache, ref)));
  EXPECT_EQ(net_.requests().size(), 1u);
}

TEST_F(ObjectCacheTest, OneRequestForAllWhoAskAtOnce) {
  auto cache = OpenCache();
  net_.Hold();
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      const auto got = Fetch(*cache, pack_.refs[2]);
      if (got.ok() && **got == pack_.plain[2]) ++good;
    });
  }
  ASSERT_TRUE(net_.WaitForRequests(1));
  net_.Release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 12);
  EXPECT_EQ(net_.requests().size(), 1u);
}

TEST_F(ObjectCacheTest, ManyThreadsWithLittleMemoryGetTheRightBytes) {
  auto cache = OpenCache(12'000);  // two objects
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (size_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 200; ++i) {
        const size_t n = (i * 7 + t * 3) % pack_.refs.size();
        const auto got = Fetch(*cache, pack_.refs[n]);
        if (!got.ok() || **got != pack_.plain[n]) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  // Who looked for an object just before it came, and asks for it when memory has let go of it again, has it fetched
  // once more; all others find it on the disk.
  EXPECT_LE(net_.requests().size(), 2 * pack_.refs.size());
}

TEST_F(ObjectCacheTest, PrefetchBringsObjectsIn) {
  auto cache = OpenCache();
  cache->Prefetch(pack_.refs, Priority::kReadahead);
  ASSERT_TRUE(net_.WaitForRequests(1));
  for (size_t n = 0; n < pack_.refs.size(); ++n) {
    const auto got = Fetch(*cache, pack_.refs[n]);
    ASSERT_TRUE(IsOk(got));
    EXPECT_EQ(**got, pack_.plain[n]);
  }
  EXPECT_EQ(net_.requests().size(), 1u);
}

TEST_F(ObjectCacheTest, ClosingAnswersWhoWaits) {
  auto cache = OpenCache();
  net_.Hold();
  std::atomic<int> refused = 0;
  for (const ObjectRef& ref : pack_.refs)
    cache->Get(ref, Priority::kDemand, [&](const Result<PlainBytes>& result) {
      if (!result.ok() && result.error().kind == ErrorKind::kUnavailable) ++refused;
    });
  ASSERT_TRUE(net_.WaitForRequests(1));
  cache->Close();
  EXPECT_EQ(refused, 8);
}

TEST_F(ObjectCacheTest, WhatIsCachedIsReadWithoutANetwork) {
  auto cache = OpenCache();
  ASSERT_TRUE(IsOk(Fetch(*cache, pack_.refs[0])));
  cache = nullptr;
  net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 0}; });
  cache = OpenCache(1 << 20, std::chrono::seconds(1));
  EXPECT_TRUE(IsOk(Fetch(*cache, pack_.refs[0])));
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, Fetch(*cache, pack_.refs[1])));
}

}  // namespace
}  // namespace rootstream

#include "cache/memory_cache.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

Id IdOf(int n) { return Sha256(std::to_string(n)); }
PlainBytes Bytes(size_t size) { return std::make_shared<const std::string>(size, 'x'); }

TEST(MemoryCacheGet, FindsWhatWasPut) {
  MemoryCache cache(100);
  const PlainBytes bytes = Bytes(10);
  EXPECT_EQ(cache.Get(IdOf(1)), nullptr);
  cache.Put(IdOf(1), bytes);
  EXPECT_EQ(cache.Get(IdOf(1)), bytes);
  EXPECT_EQ(cache.Get(IdOf(2)), nullptr);
}

TEST(MemoryCachePut, DropsTheLeastRecentlyUsed) {
  MemoryCache cache(30);
  for (int n = 1; n <= 3; ++n) cache.Put(IdOf(n), Bytes(10));
  cache.Get(IdOf(1));
  cache.Put(IdOf(4), Bytes(10));
  EXPECT_NE(cache.Get(IdOf(1)), nullptr);
  EXPECT_EQ(cache.Get(IdOf(2)), nullptr);
  EXPECT_NE(cache.Get(IdOf(3)), nullptr);
  EXPECT_NE(cache.Get(IdOf(4)), nullptr);
}

TEST(MemoryCachePut, DropsAsManyAsTheNewOneNeeds) {
  MemoryCache cache(30);
  for (int n = 1; n <= 3; ++n) cache.Put(IdOf(n), Bytes(10));
  cache.Put(IdOf(4), Bytes(25));
  for (int n = 1; n <= 3; ++n) EXPECT_EQ(cache.Get(IdOf(n)), nullptr);
  EXPECT_NE(cache.Get(IdOf(4)), nullptr);
}

TEST(MemoryCachePut, DoesNotKeepWhatIsLargerThanItself) {
  MemoryCache cache(30);
  cache.Put(IdOf(1), Bytes(31));
  EXPECT_EQ(cache.Get(IdOf(1)), nullptr);
  cache.Put(IdOf(2), Bytes(30));
  EXPECT_NE(cache.Get(IdOf(2)), nullptr);
}

TEST(MemoryCachePut, CountsAnObjectOnce) {
  MemoryCache cache(30);
  for (int i = 0; i < 100; ++i) cache.Put(IdOf(1), Bytes(10));
  cache.Put(IdOf(2), Bytes(10));
  cache.Put(IdOf(3), Bytes(10));
  for (int n = 1; n <= 3; ++n) EXPECT_NE(cache.Get(IdOf(n)), nullptr) << n;
}

TEST(MemoryCachePut, LeavesDroppedObjectsToWhoUsesThem) {
  MemoryCache cache(10);
  cache.Put(IdOf(1), Bytes(10));
  const PlainBytes used = cache.Get(IdOf(1));
  cache.Put(IdOf(2), Bytes(10));
  EXPECT_EQ(*used, std::string(10, 'x'));
}

}  // namespace
}  // namespace rootstream

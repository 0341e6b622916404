#include "format/chunk.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

std::string Plain() {
  std::string plain;
  for (int i = 0; i < 200; ++i) plain += "line " + std::to_string(i * i) + "\n";
  return plain;
}

TEST(ChunkSeal, OpensToThePlainBytes) {
  for (const std::string& plain : {std::string(), std::string("a"), Plain(), std::string(1 << 20, 0)}) {
    Compressor compressor(3);
    const std::string stored = compressor.Compress(plain);
    const auto verified = Verify(stored, Sha256(stored));
    ASSERT_TRUE(IsOk(verified));
    const auto opened = Decompress(*verified, plain.size());
    ASSERT_TRUE(IsOk(opened));
    EXPECT_EQ(*opened, plain);
  }
}

TEST(ChunkSeal, IsTheSameEveryTime) {
  Compressor one(9), other(9);
  EXPECT_EQ(one.Compress("first"), other.Compress("first"));
  EXPECT_EQ(one.Compress(Plain()), Compressor(9).Compress(Plain())) << "what was compressed before does not matter";
}

TEST(ChunkVerify, RefusesAnotherHash) {
  const std::string stored = Compressor(3).Compress("bytes");
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Verify(stored, Sha256("other"))));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Verify("", Sha256(stored))));
}

TEST(ChunkVerify, RefusesAFlipOfAnyBit) {
  std::string stored = Compressor(3).Compress(Plain());
  const Id id = Sha256(stored);
  for (size_t at = 0; at < stored.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      stored[at] ^= static_cast<char>(1 << bit);
      EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Verify(stored, id))) << at;
      stored[at] ^= static_cast<char>(1 << bit);
    }
  }
}

TEST(ChunkVerify, RefusesTruncationAtEveryByte) {
  const std::string stored = Compressor(3).Compress(Plain());
  for (size_t size = 0; size < stored.size(); ++size)
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Verify(std::string_view(stored).substr(0, size), Sha256(stored))));
}

// std::string stores short strings elsewhere than long ones, and lets them grow in other steps.
TEST(ChunkOpen, GivesBackEverySmallSize) {
  Compressor compressor(3);
  for (size_t size = 0; size <= 100; ++size) {
    const std::string plain(size, 'p');
    const std::string stored = compressor.Compress(plain);
    const auto verified = Verify(stored, Sha256(stored));
    ASSERT_TRUE(IsOk(verified));
    const auto opened = Decompress(*verified, size);
    ASSERT_TRUE(IsOk(opened)) << size;
    EXPECT_EQ(*opened, plain);
  }
}

TEST(ChunkOpen, RefusesAnotherSizeThanExpected) {
  const std::string stored = Compressor(3).Compress("12345");
  const auto verified = Verify(stored, Sha256(stored));
  ASSERT_TRUE(IsOk(verified));
  for (const size_t size : {0, 4, 6, 1000})
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Decompress(*verified, size))) << size;
}

// A faulty publisher may sign such chunks: the hash is right, the zstd frame is not.
TEST(ChunkOpen, RefusesFramesThatAreNotWhole) {
  const std::string whole = Compressor(3).Compress(Plain());
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    const auto verified = Verify(part, Sha256(part));
    ASSERT_TRUE(IsOk(verified));
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Decompress(*verified, Plain().size()))) << size;
  }
}

TEST(ChunkOpen, RefusesWhatIsNoFrame) {
  const std::string junk = "this is no zstd frame at all";
  const auto verified = Verify(junk, Sha256(junk));
  ASSERT_TRUE(IsOk(verified));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Decompress(*verified, 28)));
}

TEST(ChunkOpen, RefusesBytesBehindTheFrame) {
  const std::string stored = Compressor(3).Compress("12345") + "x";
  const auto verified = Verify(stored, Sha256(stored));
  ASSERT_TRUE(IsOk(verified));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Decompress(*verified, 5)));
}

TEST(ChunkOpen, SurvivesAFlipOfAnyByteThatWasSigned) {
  std::string stored = Compressor(3).Compress(Plain());
  for (size_t at = 0; at < stored.size(); ++at) {
    stored[at] ^= 0x55;
    const auto verified = Verify(stored, Sha256(stored));
    ASSERT_TRUE(IsOk(verified));
    const auto opened = Decompress(*verified, Plain().size());
    if (opened.ok()) {
      EXPECT_EQ(opened->size(), Plain().size());
    }
    stored[at] ^= 0x55;
  }
}

}  // namespace
}  // namespace rootstream

#include "format/chunk_list.h"

#include <gtest/gtest.h>

#include "format/limits.h"
#include "tests/support/test_result.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

TEST(ChunkListDecode, RoundTrips) {
  const ChunkList list = SampleChunkList();
  const auto decoded = ChunkList::Decode(list.Encode(), SampleHolder());
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(decoded->chunks, list.chunks);
  EXPECT_EQ(decoded->plain_size(), 2001u + 2002 + 2003 + 2004);
}

TEST(ChunkListDecode, ResolvesItsOwnPack) {
  ChunkList list = SampleChunkList();
  list.chunks[2].pack = {};
  const auto decoded = ChunkList::Decode(list.Encode(), SampleHolder());
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(decoded->chunks[2].pack, SampleHolder());
}

TEST(ChunkListDecode, RefusesTruncationAtEveryByte) {
  const std::string bytes = SampleChunkList().Encode();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ChunkList::Decode(std::string_view(bytes).substr(0, size), {}))) << size;
}

TEST(ChunkListDecode, RefusesBytesBehindTheEnd) {
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ChunkList::Decode(SampleChunkList().Encode() + "x", {})));
}

TEST(ChunkListDecode, SurvivesAFlipOfAnyByte) {
  std::string bytes = SampleChunkList().Encode();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const uint8_t flip : {0x01, 0x80, 0xff}) {
      bytes[at] ^= static_cast<char>(flip);
      const auto decoded = ChunkList::Decode(bytes, SampleHolder());
      if (decoded.ok()) {
        const auto again = ChunkList::Decode(decoded->Encode(), SampleHolder());
        ASSERT_TRUE(IsOk(again));
        EXPECT_EQ(again->chunks, decoded->chunks);
      }
      bytes[at] ^= static_cast<char>(flip);
    }
  }
}

TEST(ChunkListDecode, RefusesMoreChunksThanTheLimit) {
  ChunkList list;
  list.chunks.assign(kMaxChunksPerList, SampleObject(1));
  EXPECT_TRUE(IsOk(ChunkList::Decode(list.Encode(), {})));
  list.chunks.push_back(SampleObject(1));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ChunkList::Decode(list.Encode(), {})));
}

TEST(ChunkListDecode, RefusesEmptyChunks) {
  ChunkList list = SampleChunkList();
  list.chunks[1].plain_size = 0;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ChunkList::Decode(list.Encode(), {})));
}

TEST(ChunkListDecode, RefusesAnotherVersion) {
  std::string bytes = SampleChunkList().Encode();
  bytes[4] = 99;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, ChunkList::Decode(bytes, {})));
}

TEST(PublisherPartDecode, RoundTrips) {
  const PublisherPart part = SamplePublisherPart();
  const auto decoded = PublisherPart::Decode(part.Encode());
  ASSERT_TRUE(IsOk(decoded));
  EXPECT_EQ(decoded->shard_key, part.shard_key);
  EXPECT_EQ(decoded->plain_hashes, part.plain_hashes);
}

TEST(PublisherPartDecode, RefusesTruncationAtEveryByte) {
  const std::string bytes = SamplePublisherPart().Encode();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, PublisherPart::Decode(std::string_view(bytes).substr(0, size)))) << size;
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, PublisherPart::Decode(bytes + "x")));
}

TEST(PublisherPartDecode, SurvivesAFlipOfAnyByte) {
  std::string bytes = SamplePublisherPart().Encode();
  for (size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] ^= 0x81;
    const auto decoded = PublisherPart::Decode(bytes);
    if (decoded.ok()) {
      EXPECT_EQ(decoded->Encode(), bytes);
    }
    bytes[at] ^= 0x81;
  }
}

TEST(PublisherPartDecode, RefusesACountThatOverflows) {
  Encoder out;
  out.Raw("RSPP");
  out.U8(0);
  out.Raw(Sha256("key").view());
  out.Varint((uint64_t{1} << 59) + 1);  // 32 times this count is 32 modulo 2^64
  out.Raw(Sha256("x").view());
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, PublisherPart::Decode(out.bytes())));
}

}  // namespace
}  // namespace rootstream

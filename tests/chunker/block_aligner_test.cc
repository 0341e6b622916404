#include "chunker/block_aligner.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

struct Part {
  uint64_t offset;
  std::string bytes;
};

// Feeds the parts to an aligner, and compares its output with a file that has zeros between the parts.
void ExpectAligned(uint64_t size, uint64_t block, const std::vector<Part>& parts) {
  std::string file(size, '\0');
  std::vector<bool> touched((size + block - 1) / block);
  for (const Part& part : parts) {
    file.replace(part.offset, part.bytes.size(), part.bytes);
    for (uint64_t at = part.offset; at < part.offset + part.bytes.size(); ++at) touched[at / block] = true;
  }
  std::vector<bool> given(touched.size());
  uint64_t last = 0;
  BlockAligner aligner(size, block, [&](uint64_t offset, std::string_view bytes) {
    EXPECT_EQ(offset % block, 0u);
    EXPECT_GE(offset, last) << "in order, nothing twice";
    EXPECT_FALSE(bytes.empty());
    last = offset + bytes.size();
    EXPECT_LE(last, size);
    EXPECT_TRUE(last % block == 0 || last == size) << "whole blocks";
    EXPECT_EQ(file.substr(offset, bytes.size()), bytes);
    for (uint64_t at = offset; at < last; at += block) given[at / block] = true;
    return Ok();
  });
  for (const Part& part : parts) ASSERT_TRUE(IsOk(aligner.Add(part.offset, part.bytes)));
  ASSERT_TRUE(IsOk(aligner.Finish()));
  EXPECT_EQ(given, touched);
}

TEST(BlockAlignerAdd, GivesWholeBlocksOfWhateverComes) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const uint64_t block = 1 << (random() % 5);
    const uint64_t size = random() % 200;
    std::vector<Part> parts;
    uint64_t at = 0;
    while (true) {
      at += random() % 3 == 0 ? random() % 60 : 0;
      const uint64_t length = 1 + random() % 30;
      if (at + length > size) break;
      parts.push_back({at, RandomBytes(length, random())});
      at += length;
    }
    SCOPED_TRACE(round);
    ExpectAligned(size, block, parts);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(BlockAlignerAdd, GivesLongRunsInPieces) {
  std::vector<Part> parts;
  const std::string bytes = RandomBytes(2'000'000, 2);
  for (uint64_t at = 0; at < bytes.size(); at += 9973) parts.push_back({at, bytes.substr(at, 9973)});
  ExpectAligned(bytes.size(), 4096, parts);
  ExpectAligned(bytes.size() + 10'000, 4096, parts);
}

TEST(BlockAlignerAdd, GivesNothingForAHole) {
  ExpectAligned(0, 4096, {});
  ExpectAligned(100'000, 4096, {});
}

TEST(BlockAlignerAdd, PassesOnFailures) {
  BlockAligner aligner(10, 4, [](uint64_t, std::string_view) { return Failed("no room"); });
  ASSERT_TRUE(IsOk(aligner.Add(0, "123")));
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, aligner.Finish()));
  BlockAligner whole(10, 4, [](uint64_t, std::string_view) { return Failed("no room"); });
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, whole.Add(0, "12345")));
}

}  // namespace
}  // namespace rootstream

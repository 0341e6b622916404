// Covers: chunker/chunk_store.cc, chunker/hot_stream.cc, chunker/pack_writer.cc.
#include "chunker/stream_writer.h"

#include <gtest/gtest.h>

#include "format/limits.h"
#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

constexpr size_t kBlock = 4096;

class StreamWriterTest : public ::testing::Test {
 protected:
  StreamWriterTest()
      : store_(Store::OpenOrCreate(folder_ / "store").value()),
        packs_(store_, 12 << 20),
        chunks_(packs_, known_, 1, 2),
        order_(Hot(), {}),
        writer_(chunks_, CutSizes{.average = 16 << 10}, order_, HotStream::Create().value()) {}

  // A profile of two parts of /hot, the later part first, with a part of another file between them.
  static Profile Hot() {
    Profile profile;
    profile.events = {{ProfileKind::kRead, 0, 0, 100'000, 9'000, "/hot", {}},
                      {ProfileKind::kRead, 1, 0, 0, 300, "/small", {}},
                      {ProfileKind::kRead, 2, 0, 5'000, 10, "/hot", {}}};
    return profile;
  }

  std::vector<FileExtent> Add(const std::string& file, size_t piece = 5000, const std::string& path = "/cold") {
    const auto extents = writer_.AddFile(path, {.size = file.size()}, [&](const Source::ContentUse& use) -> Status {
      for (size_t at = 0; at < file.size(); at += piece) RS_CHECK(use(at, std::string_view(file).substr(at, piece)));
      return Ok();
    });
    EXPECT_TRUE(IsOk(extents));
    return extents.ok() ? *extents : std::vector<FileExtent>();
  }

  // Closes the packs and reads all chunks back.
  void Finish() {
    ASSERT_TRUE(IsOk(writer_.Finish()));
    ASSERT_TRUE(IsOk(packs_.Finish()));
    for (const StreamChunk& chunk : writer_.chunks()) {
      std::string& stream = streams_[chunk.start & kStreams];
      EXPECT_EQ(chunk.start & ~kStreams, stream.size());
      EXPECT_LE(chunk.plain_size, kMaxChunkPlain);
      const auto plain = store_.ReadObject(chunks_.RefOf(chunk.stored));
      ASSERT_TRUE(IsOk(plain));
      EXPECT_EQ(plain->size(), chunk.plain_size);
      EXPECT_EQ(Sha256(*plain), chunks_.PlainHashOf(chunk.stored));
      stream += *plain;
    }
  }

  std::string Rebuild(size_t size, const std::vector<FileExtent>& extents) const {
    std::string file(size, '\0');
    uint64_t end = 0;
    for (const FileExtent& extent : extents) {
      EXPECT_GE(extent.file_offset, end);
      end = extent.file_offset + extent.length;
      file.replace(extent.file_offset, extent.length,
                   streams_.at(extent.position & kStreams).substr(extent.position & ~kStreams, extent.length));
    }
    EXPECT_EQ(file.size(), size);
    return file;
  }

  TempFolder folder_;
  Store store_;
  PackWriter packs_;
  KnownContent known_;
  ChunkStore chunks_;
  const HotOrder order_;
  StreamWriter writer_;
  static constexpr uint64_t kStreams = kJoined | kAlone;
  std::map<uint64_t, std::string> streams_;  // by kind: hot, joined, alone
};

TEST_F(StreamWriterTest, AHoleOfAnySizeCostsNothing) {
  for (const int bits : {42, 50, 61}) {
    const uint64_t size = uint64_t{1} << bits, at = size / 2 + 77;
    const auto extents =
        writer_.AddFile("/cold", {.size = size}, [&](const Source::ContentUse& use) { return use(at, "x"); });
    ASSERT_TRUE(IsOk(extents));
    uint64_t data = 0;
    for (const FileExtent& extent : *extents) data += extent.length;
    EXPECT_LE(data, uint64_t{2} << 20) << bits;
    EXPECT_LE(extents->front().file_offset, at);
  }
}

// Every pattern of zero blocks, for sizes around multiples of a block.
TEST_F(StreamWriterTest, LeavesOutBlocksOfZerosAndNothingElse) {
  struct Added {
    std::string file;
    std::vector<FileExtent> extents;
    uint64_t data;
  };
  std::vector<Added> files;
  uint64_t seed = 0;
  for (const size_t blocks : {0, 1, 2, 3, 4, 5}) {
    for (const int beyond : {-1, 0, 1}) {
      const int64_t size = static_cast<int64_t>(blocks * kBlock) + beyond;
      if (size < 0) continue;
      const size_t parts = (size + kBlock - 1) / kBlock;
      for (uint32_t pattern = 0; pattern < 1u << parts; ++pattern) {
        Added added{std::string(size, '\0'), {}, 0};
        for (size_t part = 0; part < parts; ++part) {
          if ((pattern >> part & 1) == 0) continue;
          const size_t length = std::min(kBlock, size - part * kBlock);
          // Only one byte is not zero: the first, the last, or one between.
          const size_t at = std::array{size_t{0}, length - 1, length / 2}[seed % 3];
          added.file[part * kBlock + at] = static_cast<char>(1 + ++seed % 255);
          added.data += length;
        }
        added.extents = Add(added.file, 1 + seed % 6000);
        files.push_back(std::move(added));
      }
    }
  }
  Finish();
  for (const Added& added : files) {
    ASSERT_EQ(Rebuild(added.file.size(), added.extents), added.file);
    uint64_t data = 0;
    for (const FileExtent& extent : added.extents) {
      EXPECT_EQ(extent.file_offset % kBlock, 0u);
      EXPECT_GT(extent.length, 0u);
      data += extent.length;
    }
    EXPECT_EQ(data, added.data) << "size " << added.file.size();
  }
}

TEST_F(StreamWriterTest, ALargeFileIsCutAlone) {
  const std::string large = RandomBytes(300'000, 1), small = RandomBytes(3000, 2);
  Add(small);
  const auto extents = Add(large);
  ASSERT_EQ(extents.size(), 1u);
  EXPECT_NE(extents[0].position & kAlone, 0u);
  const auto again = Add(large);
  Finish();
  EXPECT_EQ(Rebuild(large.size(), extents), large);
  EXPECT_EQ(Rebuild(large.size(), again), large);
  EXPECT_LT(chunks_.unique_bytes(), 310'000u) << "the same chunks both times";
}

TEST_F(StreamWriterTest, EqualSmallFilesAreStoredOnce) {
  const std::string file = RandomBytes(3000, 3);
  const auto first = Add(file);
  Add(RandomBytes(100, 4));
  const auto second = Add(file);
  EXPECT_EQ(first, second);
  Finish();
  EXPECT_EQ(streams_[kJoined].size(), 3100u);
}

TEST_F(StreamWriterTest, WhatTheProfileNamesComesFirstInItsOrder) {
  const std::string small = RandomBytes(2000, 5);
  std::string hot = RandomBytes(200'000, 6);
  hot.replace(kBlock, kBlock, kBlock, '\0');  // the block that contains the profile's offset 5000
  hot.replace(104'000, 500, 500, 'x');
  Add(small, 5000, "/before");
  const auto small_extents = Add(small, 5000, "/small");
  const auto hot_extents = Add(hot, 7001, "/hot");
  Finish();
  // Whole blocks: [98304, 109000 rounded up), then all of /small, and nothing for the hole.
  EXPECT_EQ(streams_[0], hot.substr(98'304, 12'288) + small);
  EXPECT_EQ(Rebuild(small.size(), writer_.Laid(small_extents)), small);
  EXPECT_EQ(Rebuild(hot.size(), writer_.Laid(hot_extents)), hot);
  EXPECT_EQ(streams_[kAlone],
            hot.substr(0, kBlock) + hot.substr(2 * kBlock, 98'304 - 2 * kBlock) + hot.substr(98'304 + 12'288));
}

TEST_F(StreamWriterTest, ManyTinyFilesAreCutAtDirectories) {
  for (int directory = 0; directory < 40; ++directory) {
    ASSERT_TRUE(IsOk(writer_.BeginDirectory("d" + std::to_string(directory))));
    for (int file = 0; file < 100; ++file) Add(std::to_string(directory * 100 + file));
  }
  Finish();
  EXPECT_LT(streams_[kJoined].size(), 16u << 10) << "less than one chunk by its size";
  EXPECT_GE(writer_.chunks().size(), 4u);
  EXPECT_LE(writer_.chunks().size(), 13u) << "not below 256 files each";
}

TEST_F(StreamWriterTest, HolesThatTheSourceKnowsAreThoseItFinds) {
  std::string file(100'000, '\0');
  file.replace(40'000, 5000, RandomBytes(5000, 5));
  const auto dense = Add(file);
  const auto sparse = writer_.AddFile("/cold", {.size = file.size()}, [&](const Source::ContentUse& use) -> Status {
    return use(40'000, std::string_view(file).substr(40'000, 5000));
  });
  ASSERT_TRUE(IsOk(sparse));
  const auto shape = [](const std::vector<FileExtent>& extents) {
    std::vector<std::pair<uint64_t, uint64_t>> out;
    for (const FileExtent& e : extents) out.emplace_back(e.file_offset, e.length);
    return out;
  };
  EXPECT_EQ(shape(dense), shape(*sparse));
  Finish();
  EXPECT_EQ(Rebuild(file.size(), dense), file);
  EXPECT_EQ(Rebuild(file.size(), *sparse), file);
}

TEST_F(StreamWriterTest, AHugeHoleCostsNothing) {
  const uint64_t size = uint64_t{1} << 40;
  const auto extents = writer_.AddFile("/cold", {.size = size},
                                       [&](const Source::ContentUse& use) -> Status { return use(size - 3, "end"); });
  ASSERT_TRUE(IsOk(extents));
  ASSERT_EQ(extents->size(), 1u);
  EXPECT_EQ((*extents)[0].file_offset + (*extents)[0].length, size);
  Finish();
}

TEST_F(StreamWriterTest, PassesOnAFailureOfTheSource) {
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed,
                        writer_.AddFile("/cold", {.size = 10}, [](const auto&) { return Failed("it changed"); })));
}

}  // namespace
}  // namespace rootstream

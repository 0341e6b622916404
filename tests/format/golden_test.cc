// Bytes that must decode for ever, to the same fields, and encode to the same bytes again.
#include <gtest/gtest.h>

#include "cache/segment_file.h"
#include "format/chunk.h"
#include "tests/support/test_files.h"
#include "tests/support/test_result.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

std::string GoldenPath(const std::string& name) { return std::string(ROOTSTREAM_TESTS) + "/golden/" + name; }
std::string Golden(const std::string& name) { return ReadTestFile(GoldenPath(name)); }

TEST(GoldenFiles, TreeStaysAsItWas) {
  const auto tree = Tree::Decode(Golden("tree.bin"), SampleHolder());
  ASSERT_TRUE(IsOk(tree));
  EXPECT_EQ(*tree, SampleTree());
  EXPECT_EQ(tree->Encode(), Golden("tree.bin"));
  ASSERT_EQ(tree->entries.size(), 10u);
  EXPECT_EQ(tree->entries[4].name, "file");
  EXPECT_EQ(tree->inodes[4].mode, 0104755u);
  EXPECT_EQ(tree->inodes[4].mtime_seconds, INT64_MIN);
}

TEST(GoldenFiles, ChunkListStaysAsItWas) {
  const auto list = ChunkList::Decode(Golden("chunk_list.bin"), SampleHolder());
  ASSERT_TRUE(IsOk(list));
  EXPECT_EQ(list->chunks, SampleChunkList().chunks);
  EXPECT_EQ(list->Encode(), Golden("chunk_list.bin"));
}

TEST(GoldenFiles, PublisherPartStaysAsItWas) {
  const auto part = PublisherPart::Decode(Golden("publisher_part.bin"));
  ASSERT_TRUE(IsOk(part));
  EXPECT_EQ(part->plain_hashes, SamplePublisherPart().plain_hashes);
  EXPECT_EQ(part->Encode(), Golden("publisher_part.bin"));
}

TEST(GoldenFiles, ManifestStaysAsItWas) {
  const auto manifest = Manifest::Decode(Golden("manifest.bin"));
  ASSERT_TRUE(IsOk(manifest));
  EXPECT_EQ(*manifest, SampleManifest());
  EXPECT_EQ(manifest->Encode(), Golden("manifest.bin"));
  EXPECT_EQ(manifest->boot_entries[1].rules[0].pattern, "sys_vendor=ACME*");
}

TEST(GoldenFiles, RefStaysAsItWas) {
  const auto key = SigningKey::FromPem(Golden("test-key.pem"));
  ASSERT_TRUE(IsOk(key));
  const auto ref = Ref::Decode(Golden("ref.bin"));
  ASSERT_TRUE(IsOk(ref));
  ASSERT_EQ(ref->signatures.size(), 1u);
  EXPECT_EQ(ref->signatures[0].key, key->public_key());
  EXPECT_TRUE(VerifySignature(ref->signatures[0], ref->body));
  const auto body = Ref::DecodeBody(ref->body);
  ASSERT_TRUE(IsOk(body));
  EXPECT_EQ(*body, SampleRefBody());
  EXPECT_EQ(body->serial, 42u);
  EXPECT_EQ(SignRef(*body, std::span(&*key, 1)).Encode(), Golden("ref.bin"));
}

TEST(GoldenFiles, ProfileStillDecodes) {
  const auto profile = Profile::Decode(Golden("profile.txt"));
  ASSERT_TRUE(IsOk(profile));
  EXPECT_EQ(*profile, SampleProfile());
  EXPECT_EQ(profile->Encode(), Golden("profile.txt"));
}

TEST(GoldenFiles, PackHeaderStaysAsItWas) {
  EXPECT_TRUE(IsPackHeader(Golden("pack_header.bin")));
  EXPECT_EQ(Golden("pack_header.bin"), std::string("RSPACK\r\n\1\0\0\0\0\0\0\0", 16));
}

TEST(GoldenFiles, ChunkStillOpens) {
  const std::string stored = Golden("chunk.bin");
  const auto verified = Verify(stored, Sha256(stored));
  ASSERT_TRUE(IsOk(verified));
  const auto plain = Decompress(*verified, 27);
  ASSERT_TRUE(IsOk(plain));
  EXPECT_EQ(*plain, "the plain bytes of a chunk\n");
}

TEST(GoldenFiles, SegmentIsStillRead) {
  const auto file = SegmentFile::OpenForReading(GoldenPath("segment.bin"));
  ASSERT_TRUE(IsOk(file));
  std::string objects;
  file->Scan(kSegmentHeaderSize, [&](const SegmentRecord& record) {
    const auto bytes = file->Read(record.offset, record.stored_size);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(Sha256(*bytes), record.id);
    objects += *bytes + ".";
  });
  EXPECT_EQ(objects, "one.two two.three.");
}

}  // namespace
}  // namespace rootstream

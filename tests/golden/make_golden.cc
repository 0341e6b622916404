// Writes the golden files, and the seeds of the fuzz targets' corpora, from the samples:
//   make_golden TESTS-FOLDER
// Not run by the tests. Running it again must change nothing; when it does, the format has changed.
#include <unistd.h>

#include <cstdio>

#include "base/file_io.h"
#include "cache/segment_file.h"
#include "format/chunk.h"
#include "tests/support/test_samples.h"

namespace rootstream {
namespace {

std::string SegmentBytes() {
  const std::string path = "/tmp/make_golden." + std::to_string(getpid());
  {
    const auto file = SegmentFile::Create(path);
    if (!file.ok()) return "";
    uint64_t at = kSegmentHeaderSize;
    for (const std::string object : {"one", "two two", "three"}) {
      file->WriteRecord(at, Sha256(object), object);
      at += kRecordHeaderSize + object.size();
    }
  }
  const auto bytes = ReadWholeFile(path, 1 << 20);
  unlink(path.c_str());
  return *bytes;
}

Status Write(const std::string& folder, const std::string& name, const std::string& bytes) {
  RS_CHECK(MakeFolders(folder));
  return WriteFileAtomically(folder + "/" + name, bytes);
}

Status WriteAll(const std::string& tests) {
  const std::string golden = tests + "/golden", corpus = tests + "/corpus/";
  RS_TRY(const std::string pem, ReadWholeFile(golden + "/test-key.pem", 4096));
  RS_TRY(const SigningKey key, SigningKey::FromPem(pem));
  const std::string ref = SignRef(SampleRefBody(), std::span(&key, 1)).Encode();
  Tree small;
  small.publisher = {SampleObject(1)};
  RS_CHECK(Write(golden, "tree.bin", SampleTree().Encode()));
  RS_CHECK(Write(golden, "chunk_list.bin", SampleChunkList().Encode()));
  RS_CHECK(Write(golden, "publisher_part.bin", SamplePublisherPart().Encode()));
  RS_CHECK(Write(golden, "manifest.bin", SampleManifest().Encode()));
  RS_CHECK(Write(golden, "ref.bin", ref));
  RS_CHECK(Write(golden, "profile.txt", SampleProfile().Encode()));
  RS_CHECK(Write(golden, "pack_header.bin", PackHeader()));
  RS_CHECK(Write(golden, "segment.bin", SegmentBytes()));
  RS_CHECK(Write(golden, "chunk.bin", Compressor(15).Compress("the plain bytes of a chunk\n")));
  RS_CHECK(Write(corpus + "tree", "rich", SampleTree().Encode()));
  RS_CHECK(Write(corpus + "tree", "empty", small.Encode()));
  RS_CHECK(Write(corpus + "chunk_list", "four", SampleChunkList().Encode()));
  RS_CHECK(Write(corpus + "chunk_list", "none", ChunkList().Encode()));
  RS_CHECK(Write(corpus + "publisher_part", "three", SamplePublisherPart().Encode()));
  RS_CHECK(Write(corpus + "manifest", "rich", SampleManifest().Encode()));
  RS_CHECK(Write(corpus + "ref", "signed", ref));
  RS_CHECK(Write(corpus + "profile", "rich", SampleProfile().Encode()));
  return Write(corpus + "segment", "three", SegmentBytes());
}

}  // namespace
}  // namespace rootstream

int main(int argc, char** argv) {
  const auto written = rootstream::WriteAll(argc > 1 ? argv[1] : "tests");
  if (!written.ok()) fprintf(stderr, "make_golden: %s\n", written.error().message.c_str());
  return written.ok() ? 0 : 1;
}

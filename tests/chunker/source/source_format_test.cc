#include "chunker/source/source_format.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_tar.h"

namespace rootstream {
namespace {

std::string With(size_t offset, const std::string& magic) {
  std::string bytes(100'000, '\0');
  return bytes.replace(offset, magic.size(), magic);
}

TEST(FormatOf, KnowsTarsAlsoEmptyAndDamagedOnes) {
  const std::string tar = TarBytes(std::vector<TarMember>{{"a", '0', "x"}, {"b", '0', "y"}});
  EXPECT_EQ(FormatOf(tar).kind, FileKind::kTar);
  EXPECT_EQ(FormatOf(std::string(1024, '\0')).kind, FileKind::kTar);
  EXPECT_EQ(FormatOf(std::string(10'240, '\0')).kind, FileKind::kTar);
  std::string damaged = tar;
  damaged[0] = 'X';
  EXPECT_EQ(FormatOf(damaged).kind, FileKind::kDamagedTar);
  EXPECT_EQ(FormatOf(std::string(512, 'x') + tar.substr(512)).kind, FileKind::kDamagedTar) << "by its later headers";
}

TEST(FormatOf, KnowsDisks) {
  EXPECT_EQ(FormatOf(With(510, "\x55\xaa")).kind, FileKind::kDisk);
  EXPECT_EQ(FormatOf(With(1080, "\x53\xef")).kind, FileKind::kDisk);
  EXPECT_EQ(FormatOf(With(0x10040, "_BHRfS_M")).kind, FileKind::kDisk);
}

TEST(FormatOf, KnowsWhatIsNeither) {
  for (const char* magic : {"hsqs", "070701", "PK\x03\x04", "7z\xbc\xaf\x27\x1c", "QFI\xfb", "KDMV", "!<arch>\n"}) {
    const FileFormat format = FormatOf(With(0, magic));
    EXPECT_EQ(format.kind, FileKind::kForeign) << magic;
    EXPECT_NE(format.name, "") << magic;
  }
  EXPECT_EQ(FormatOf(With(0x8001, "CD001")).name, "an ISO 9660 file system");
}

TEST(FormatOf, AnIsoThatIsAlsoADiskIsAnIso) {
  EXPECT_EQ(FormatOf(With(510, "\x55\xaa").replace(0x8001, 5, "CD001")).kind, FileKind::kForeign);
}

TEST(FormatOf, AnythingElseIsUnknown) {
  EXPECT_EQ(FormatOf("").kind, FileKind::kUnknown);
  EXPECT_EQ(FormatOf("hello").kind, FileKind::kUnknown);
  EXPECT_EQ(FormatOf(RandomBytes(4096, 1)).kind, FileKind::kUnknown);
  EXPECT_EQ(FormatOf(std::string(kFormatHead, '\0')).kind, FileKind::kUnknown) << "a disk that is empty";
}

TEST(IsDockerManifest, KnowsOne) {
  EXPECT_TRUE(IsDockerManifest(R"([{"Config":"a.json","RepoTags":null,"Layers":["b/layer.tar"]}])"));
  EXPECT_FALSE(IsDockerManifest(R"({"name":"a web app","Config":1})"));
  EXPECT_FALSE(IsDockerManifest(""));
}

}  // namespace
}  // namespace rootstream

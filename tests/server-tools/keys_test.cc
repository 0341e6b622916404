#include "server-tools/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

mode_t ModeOf(const std::string& path) {
  struct stat st = {};
  EXPECT_EQ(stat(path.c_str(), &st), 0) << path;
  return st.st_mode & 07777;
}

TEST(KeyFiles, AreAPairWithTheirModes) {
  const TempFolder folder;
  const mode_t mask = umask(0);
  const auto made = GenerateKeyFiles(folder / "key");
  umask(mask);
  ASSERT_TRUE(IsOk(made));
  EXPECT_EQ(ModeOf(folder / "key"), 0600u);
  EXPECT_EQ(ModeOf(folder / "key.pub"), 0644u);
  const auto key = ReadSigningKey(folder / "key");
  const auto pub = ReadPublicKey(folder / "key.pub");
  ASSERT_TRUE(IsOk(key));
  ASSERT_TRUE(IsOk(pub));
  EXPECT_EQ(key->public_key(), *pub);
}

TEST(KeyFiles, AreNeverOverwritten) {
  const TempFolder folder;
  ASSERT_TRUE(IsOk(GenerateKeyFiles(folder / "key")));
  const std::string pem = ReadTestFile(folder / "key"), pub = ReadTestFile(folder / "key.pub");
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, GenerateKeyFiles(folder / "key")));
  EXPECT_EQ(ReadTestFile(folder / "key"), pem);
  EXPECT_EQ(ReadTestFile(folder / "key.pub"), pub);
}

TEST(KeyFiles, APublicFileInTheWayLeavesNoPrivateOne) {
  const TempFolder folder;
  WriteTestFile(folder / "key.pub", "mine");
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, GenerateKeyFiles(folder / "key")));
  EXPECT_EQ(ReadTestFile(folder / "key.pub"), "mine");
  EXPECT_FALSE(std::filesystem::exists(folder / "key"));
}

TEST(KeyFiles, OfTheWrongKindAreInvalid) {
  const TempFolder folder;
  ASSERT_TRUE(IsOk(GenerateKeyFiles(folder / "key")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ReadSigningKey(folder / "key.pub")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ReadPublicKey(folder / "key")));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, ReadSigningKey(folder / "none")));
}

}  // namespace
}  // namespace rootstream

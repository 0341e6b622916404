#include "fusefs/image/machine_settings.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using Files = std::vector<std::string>;

class MachineSettingsTest : public ::testing::Test {
 protected:
  Status Add() { return AddMachineSettings(folder_ / "", options_); }
  void Configure(const std::string& text) { WriteTestFile(folder_ / "rootstream.conf", text); }

  TempFolder folder_;
  ClientOptions options_{.url = "http://host/store/image"};
};

TEST_F(MachineSettingsTest, NoFolderMeansNoSettings) {
  ASSERT_TRUE(IsOk(AddMachineSettings(folder_ / "none", options_)));
  EXPECT_TRUE(options_.public_keys.empty());
}

TEST_F(MachineSettingsTest, SetsWhatNobodyGave) {
  Configure("cache = /big\ncache-size = 64M\non-network-loss = wait\nmirror = http://m\npubkey = /k\nnetrc = /n\n");
  ASSERT_TRUE(IsOk(Add()));
  EXPECT_EQ(options_.cache, "/big");
  EXPECT_EQ(options_.cache_size, 64u << 20);
  EXPECT_EQ(options_.give_up_after, std::nullopt);
  EXPECT_EQ(options_.mirrors, Files{"http://m"});
  EXPECT_EQ(options_.public_keys, Files{"/k"});
  EXPECT_EQ(options_.credentials.netrc, "/n");
}

TEST_F(MachineSettingsTest, LeavesWhatWasGiven) {
  Configure("cache = /big\non-network-loss = wait\npubkey = /k\n");
  WriteTestFile(folder_ / "keys.d/a.pub", "");
  options_.cache = "none";
  options_.public_keys = {"/mine"};
  options_.given = {"cache", "on-network-loss", "pubkey"};
  ASSERT_TRUE(IsOk(Add()));
  EXPECT_EQ(options_.cache, "none");
  EXPECT_EQ(options_.give_up_after, std::chrono::seconds(60));
  EXPECT_EQ(options_.public_keys, Files{"/mine"});
}

TEST_F(MachineSettingsTest, TrustsTheKeysOfItsFolder) {
  for (const char* name : {"keys.d/b.pub", "keys.d/a.pub", "keys.d/a.pub.old", "keys.d/.hidden.pub"})
    WriteTestFile(folder_ / name, "");
  ASSERT_TRUE(IsOk(Add()));
  EXPECT_EQ(options_.public_keys, (Files{folder_ / "/keys.d/a.pub", folder_ / "/keys.d/b.pub"}));
}

TEST_F(MachineSettingsTest, NoKeysWhereNoSignatureIsWanted) {
  WriteTestFile(folder_ / "keys.d/a.pub", "");
  options_.insecure = true;
  ASSERT_TRUE(IsOk(Add()));
  EXPECT_TRUE(options_.public_keys.empty());
}

TEST_F(MachineSettingsTest, TheLongestSectionOfItsUrlCounts) {
  Configure(
      "cache = /all\npubkey = /all.pub\n[http://host/]\ncache = /host\n[http://host/store]\nmirror = http://a\n"
      "mirror = http://b\n[http://host/sto]\ncache = /other\n[http://elsewhere]\npubkey = /elsewhere.pub\n");
  ASSERT_TRUE(IsOk(Add()));
  EXPECT_EQ(options_.cache, "/host");
  EXPECT_EQ(options_.mirrors, (Files{"http://a", "http://b"}));
  EXPECT_EQ(options_.public_keys, Files{"/all.pub"});
}

TEST_F(MachineSettingsTest, TellsOfATypoInAnySection) {
  Configure("cache = /all\n[http://elsewhere]\ncach = /x\n");
  const Status added = Add();
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, added));
  EXPECT_NE(added.error().message.find("rootstream.conf: line 3: there is no setting 'cach', but pubkey, cache"),
            std::string::npos)
      << added.error().message;
  Configure("cache-size = many\n");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Add()));
  Configure("insecure = yes\n");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, Add())) << "a file does not take away what signatures are for";
}

}  // namespace
}  // namespace rootstream

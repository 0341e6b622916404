#include "fusefs/mount/daemon_files.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"

namespace rootstream {
namespace {

TEST(FilesOfDaemon, AreThoseThatItWasTold) {
  const TempFolder folder;
  MountOptions options;
  options.client.url = "file://" + folder.path() + "/store/debian:12";
  options.client.mirrors = {"http://host/store", "file:///other"};
  options.client.public_keys = {"/keys/a.pub"};
  options.client.cache = folder / "made/cache";
  options.record = folder / "profiles/boot";
  const FileNeeds needs = FilesOfDaemon(options);
  EXPECT_EQ(needs.read, (std::vector<std::string>{"/keys/a.pub", "/other", folder / "store"}));
  EXPECT_EQ(needs.write, (std::vector<std::string>{folder / "made/cache", folder / "profiles"}));
  EXPECT_TRUE(std::filesystem::is_directory(folder / "made/cache")) << "leave is given for what is there";
}

TEST(FilesOfDaemon, WithoutACacheNothingIsWritten) {
  MountOptions options;
  options.client.url = "http://host/store/debian:12";
  options.client.cache = "none";
  EXPECT_TRUE(FilesOfDaemon(options).write.empty());
}

}  // namespace
}  // namespace rootstream

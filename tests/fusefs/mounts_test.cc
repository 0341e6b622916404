#include "fusefs/mounts.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(MountInfoParse, TakesLinesApart) {
  const auto mounts = ParseMountInfo(
      "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
      "36 22 0:55 / /mnt rw master:2 propagate_from:3 - fuse.rootstream http://host/a rw,x=1\n"
      "37 22 0:56 /sub /bind rw - tmpfs tmpfs rw\n");
  ASSERT_EQ(mounts.size(), 3u);
  EXPECT_EQ(mounts[0].device, "254:0");
  EXPECT_EQ(mounts[0].mountpoint, "/");
  EXPECT_EQ(mounts[0].type, "ext4");
  EXPECT_EQ(mounts[1].device, "0:55");
  EXPECT_EQ(mounts[1].mountpoint, "/mnt");
  EXPECT_EQ(mounts[1].type, "fuse.rootstream");
  EXPECT_EQ(mounts[1].source, "http://host/a");
  EXPECT_EQ(mounts[2].mountpoint, "/bind");
}

TEST(MountInfoParse, UndoesOctalEscapes) {
  const auto mounts =
      ParseMountInfo("1 1 0:1 / /a\\040b\\011c\\012d\\134e rw - fuse.rootstream src\\040x rw\n");
  ASSERT_EQ(mounts.size(), 1u);
  EXPECT_EQ(mounts[0].mountpoint, "/a b\tc\nd\\e");
  EXPECT_EQ(mounts[0].source, "src x");
}

TEST(MountInfoParse, PassesOverLinesThatAreNone) {
  EXPECT_TRUE(ParseMountInfo("").empty());
  EXPECT_TRUE(ParseMountInfo("\n\nhello\n1 2 3 4 5 6 7 8\n").empty());
  EXPECT_EQ(ParseMountInfo("1 1 0:1 / /a rw - ext4").size(), 1u) << "the last without a newline";
}

TEST(MountFind, FindsTheRootAndProc) {
  const auto proc = FindMount("/proc");
  ASSERT_TRUE(proc.has_value());
  EXPECT_EQ(proc->type, "proc");
  EXPECT_EQ(FindMount("/proc/")->device, proc->device);
  EXPECT_EQ(FindMount("/proc/../proc")->device, proc->device);
  EXPECT_TRUE(FindMount("/").has_value());
  EXPECT_FALSE(FindMount("/proc/self").has_value());
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, FindRootstreamMount("/proc")));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, FindRootstreamMount("/no/such/place")));
}

}  // namespace
}  // namespace rootstream

#include "fusefs/mount/mounts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/test_files.h"
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
  EXPECT_EQ(mounts[1].flags, "rw");
  EXPECT_EQ(mounts[0].owner, std::nullopt);
  EXPECT_EQ(mounts[2].mountpoint, "/bind");
}

TEST(MountInfoParse, TellsWhoMountedWhatIsFuses) {
  const auto owner_in = [](const std::string& options) {
    return ParseMountInfo("1 1 0:1 / /a ro - fuse.rootstream a " + options + "\n")[0].owner;
  };
  EXPECT_EQ(owner_in("ro,user_id=1000,group_id=0"), 1000u);
  EXPECT_EQ(owner_in("user_id=0"), 0u);
  for (const char* options :
       {"", "ro", "user_id=", "user_id=x", "user_id=1x", "xuser_id=1", "user_id=-1", "user_id=4294967296"})
    EXPECT_EQ(owner_in(options), std::nullopt) << options;
}

TEST(MountInfoParse, UndoesOctalEscapes) {
  const auto mounts = ParseMountInfo("1 1 0:1 / /a\\040b\\011c\\012d\\134e rw - fuse.rootstream src\\040x rw\n");
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

TEST(MountFind, ASymlinkToItselfLeadsNowhere) {
  const TempFolder folder;
  const std::string loop = folder / "loop", a = folder / "a", b = folder / "b";
  ASSERT_EQ(symlink("loop", loop.c_str()), 0);
  ASSERT_EQ(symlink("b", a.c_str()), 0);
  ASSERT_EQ(symlink("a", b.c_str()), 0);
  for (const std::string& path : {loop, a, b}) {
    EXPECT_FALSE(FindMount(path).has_value());
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, FindRootstreamMount(path)));
  }
}

}  // namespace
}  // namespace rootstream

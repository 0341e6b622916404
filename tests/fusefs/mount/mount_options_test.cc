// Covers: fusefs/image/client_options.cc.
#include "fusefs/mount/mount_options.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using std::chrono::seconds;

TEST(OptionListAdd, TakesOurKeys) {
  MountOptions options;
  ASSERT_TRUE(
      IsOk(AddOptionList("pubkey=/a,pubkey=/b,cache=/c,cache-size=64M,mirror=http://m,"
                         "on-network-loss=fail:5,insecure,foreground,nonempty",
                         options)));
  EXPECT_EQ(options.client.public_keys, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(options.client.cache, "/c");
  EXPECT_EQ(options.client.cache_size, 64u << 20);
  EXPECT_EQ(options.client.mirrors, std::vector<std::string>{"http://m"});
  EXPECT_EQ(options.client.give_up_after, seconds(5));
  EXPECT_TRUE(options.client.insecure);
  EXPECT_TRUE(options.foreground);
  EXPECT_TRUE(options.allow_non_empty);
  EXPECT_TRUE(options.kernel_options.empty());
}

TEST(OptionListAdd, PassesOnWhatTheKernelKnows) {
  MountOptions options;
  ASSERT_TRUE(
      IsOk(AddOptionList("ro,suid,dev,allow_other,_netdev,nofail,noauto,"
                         "x-systemd.automount,x-initrd.mount=1,defaults",
                         options)));
  EXPECT_EQ(options.kernel_options, (std::vector<std::string>{"suid", "dev", "allow_other"}));
}

TEST(OptionListAdd, TakesAllThatMount8KnowsOfEveryFilesystem) {
  // mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS", and what mountinfo adds to them when a mount is changed.
  for (const char* option : {"async",
                             "atime",
                             "noatime",
                             "auto",
                             "noauto",
                             "context=a:b:c",
                             "fscontext=a",
                             "defcontext=a",
                             "rootcontext=a",
                             "defaults",
                             "dev",
                             "nodev",
                             "diratime",
                             "nodiratime",
                             "dirsync",
                             "exec",
                             "noexec",
                             "group",
                             "iversion",
                             "noiversion",
                             "mand",
                             "nomand",
                             "_netdev",
                             "nofail",
                             "relatime",
                             "norelatime",
                             "strictatime",
                             "nostrictatime",
                             "lazytime",
                             "nolazytime",
                             "suid",
                             "nosuid",
                             "silent",
                             "loud",
                             "owner",
                             "remount",
                             "ro",
                             "rw",
                             "sync",
                             "user",
                             "user=me",
                             "nouser",
                             "users",
                             "symfollow",
                             "nosymfollow",
                             "X-mount.mkdir",
                             "X-mount.mkdir=0755",
                             "x-gvfs-hide",
                             "x-systemd.requires=/srv",
                             "comment=x-gvfs-show",
                             "nogroup",
                             "noowner",
                             "nousers",
                             "user_id=0",
                             "group_id=0",
                             "max_read=131072",
                             "blksize=4096",
                             "default_permissions",
                             "uhelper=udisks2",
                             "helper=a",
                             "seclabel"}) {
    MountOptions options;
    EXPECT_TRUE(IsOk(AddOptionList(option, options))) << option;
  }
}

TEST(OptionListAdd, HearsThatAMountIsToBeChanged) {
  MountOptions options;
  options.action = MountAction::kMountOnce;
  ASSERT_TRUE(IsOk(AddOptionList("rw,nosuid,remount,ro,noexec", options)));
  EXPECT_EQ(options.action, MountAction::kRemount);
  EXPECT_EQ(options.mount_flags, (std::vector<std::string>{"nosuid", "noexec"}));
}

TEST(OptionListAdd, KeepsFromFusesLibraryWhatItDoesNotKnow) {
  MountOptions options;
  ASSERT_TRUE(IsOk(AddOptionList("nosymfollow,noexec", options)));
  EXPECT_EQ(options.mount_flags, (std::vector<std::string>{"nosymfollow", "noexec"}));
  EXPECT_EQ(options.kernel_options, std::vector<std::string>{"noexec"});
}

TEST(MountFlags, AreThoseOfNowWithTheChanges) {
  EXPECT_EQ(MountFlags("", {}), static_cast<unsigned long>(MS_RDONLY));
  EXPECT_EQ(MountFlags("rw,nosuid,nodev,relatime", {"suid", "noexec"}),
            static_cast<unsigned long>(MS_RDONLY | MS_NODEV | MS_NOEXEC | MS_RELATIME));
  EXPECT_EQ(MountFlags("ro,noatime,nodiratime", {"noexec", "exec"}),
            static_cast<unsigned long>(MS_RDONLY | MS_NOATIME | MS_NODIRATIME));
}

TEST(OptionListAdd, QuotesKeepCommasInAValue) {
  MountOptions options;
  ASSERT_TRUE(IsOk(AddOptionList("context=\"a:s0:c1,c2\",cache=\"/a,b\",record=/x\"y", options)));
  EXPECT_EQ(options.kernel_options, std::vector<std::string>{"context=\"a:s0:c1,c2\""});
  EXPECT_EQ(options.client.cache, "/a,b");
  EXPECT_EQ(options.record, "/x\"y");
}

TEST(OptionListAdd, ABackslashKeepsACommaInAValue) {
  MountOptions options;
  ASSERT_TRUE(IsOk(AddOptionList("cache=/a\\,b\\\\c,mirror=http://h/x=y", options)));
  EXPECT_EQ(options.client.cache, "/a,b\\c");
  EXPECT_EQ(options.client.mirrors, std::vector<std::string>{"http://h/x=y"});
}

TEST(OptionListAdd, EmptyOptionsAreNone) {
  MountOptions options;
  EXPECT_TRUE(IsOk(AddOptionList("", options)));
  EXPECT_TRUE(IsOk(AddOptionList(",,ro,,", options)));
}

TEST(OptionListAdd, RefusesWhatItDoesNotKnow) {
  for (const char* list :
       {"pubkey", "bogus", "bogus=1", "cache-size=many", "on-network-loss=maybe", "ro=1", "insecure=1", "=x"}) {
    MountOptions options;
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, AddOptionList(list, options))) << list;
  }
}

TEST(SizeParse, TakesBinaryUnits) {
  const struct {
    const char* text;
    uint64_t bytes;
  } cases[] = {{"0", 0},
               {"4096", 4096},
               {"1K", 1024},
               {"64M", 64 << 20},
               {"2g", 2ull << 30},
               {"1T", 1ull << 40},
               {"16777215T", 16777215ull << 40},
               {"18446744073709551615", UINT64_MAX}};
  for (const auto& c : cases) {
    const auto size = ParseSize(c.text);
    ASSERT_TRUE(IsOk(size)) << c.text;
    EXPECT_EQ(*size, c.bytes) << c.text;
  }
}

TEST(SizeParse, RefusesAllElse) {
  for (const char* text : {"", "K", "-1", "+1", " 1", "1 K", "1KB", "1.5G", "0x10", "1P", "18446744073709551616",
                           "16777216T", "99999999999999999999G"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ParseSize(text))) << text;
}

TEST(NetworkLossParse, TakesBothPolicies) {
  const auto wait = ParseNetworkLoss("wait"), fail = ParseNetworkLoss("fail:60");
  ASSERT_TRUE(IsOk(wait));
  ASSERT_TRUE(IsOk(fail));
  EXPECT_FALSE(wait->has_value());
  EXPECT_EQ(**fail, seconds(60));
  EXPECT_EQ(**ParseNetworkLoss("fail:0"), seconds(0));
}

TEST(NetworkLossParse, RefusesAllElse) {
  for (const char* text : {"", "Wait", "fail", "fail:", "fail:-1", "fail:1s", "fail:99999999999", "wait:1", " wait"})
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ParseNetworkLoss(text))) << text;
}

}  // namespace
}  // namespace rootstream

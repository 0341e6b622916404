#include "chunker/entry_check.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "format/limits.h"
#include "format/posix_acl.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

SourceEntry File() { return {.depth = 1, .name = "a", .inode = {.mode = S_IFREG | 0644}}; }

SourceEntry Link(size_t size) {
  return {.depth = 1, .name = "a", .inode = {.mode = S_IFLNK | 0777, .size = size}, .target = std::string(size, 'x')};
}

SourceEntry WithXattrs(XattrSet set) {
  SourceEntry entry = File();
  entry.xattrs = std::move(set);
  return entry;
}

XattrSet ManyXattrs(size_t count, size_t value) {
  XattrSet set;
  for (size_t i = 0; i < count; ++i) set.push_back({"user." + std::to_string(100'000 + i), std::string(value, 'v')});
  return set;
}

void ExpectRefused(const SourceEntry& entry, const std::string& why) {
  const Status status = CheckEntry(entry, "t.tar: /a");
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, status)) << why;
  EXPECT_TRUE(status.error().message.starts_with("t.tar: /a: ")) << status.error().message;
  EXPECT_NE(status.error().message.find(why), std::string::npos) << status.error().message;
}

TEST(CheckEntry, RefusesATypeThatIsNone) {
  for (const uint32_t type : {0u, 0030000u, 0170000u}) {
    SourceEntry entry = File();
    entry.inode.mode = type | 0644;
    ExpectRefused(entry, "type");
  }
}

TEST(CheckEntry, RefusesAnAclThatLinuxDoesNotTake) {
  const std::vector<AclEntry> base = {{kAclUserObject, 7}, {kAclGroupObject, 5}, {kAclOther, 0}};
  EXPECT_TRUE(IsOk(CheckEntry(WithXattrs({{std::string(kAclAccessXattr), EncodeAcl(base)}}), "")));
  std::vector<AclEntry> without_mask = base;
  without_mask.push_back({kAclUser, 7, 1});
  for (const std::string_view name : {kAclAccessXattr, kAclDefaultXattr})
    ExpectRefused(WithXattrs({{std::string(name), EncodeAcl(without_mask)}}), "ACL");
}

TEST(CheckEntry, TakesWhatIsAtItsLimits) {
  EXPECT_TRUE(IsOk(CheckEntry(File(), "")));
  EXPECT_TRUE(IsOk(CheckEntry(Link(kMaxTarget), "")));
  EXPECT_TRUE(IsOk(CheckEntry(WithXattrs(ManyXattrs(kMaxXattrsPerSet, 1)), "")));
  EXPECT_TRUE(IsOk(CheckEntry(WithXattrs({{std::string(kMaxXattrName, 'n'), std::string(kMaxXattrValue, 'v')}}), "")));
  SourceEntry entry = File();
  entry.name = std::string(kMaxName, 'n');
  entry.inode.size = kMaxFileSize;
  entry.inode.uid = entry.inode.gid = UINT32_MAX - 1;
  entry.inode.mtime_seconds = INT64_MIN;
  EXPECT_TRUE(IsOk(CheckEntry(entry, "")));
  entry.inode = {.mode = S_IFBLK, .device_major = kMaxDeviceMajor, .device_minor = kMaxDeviceMinor};
  EXPECT_TRUE(IsOk(CheckEntry(entry, "")));
}

TEST(CheckEntry, RefusesWhatIsPastThem) {
  ExpectRefused(Link(kMaxTarget + 1), "its target");
  ExpectRefused(Link(0), "without a target");
  ExpectRefused(WithXattrs(ManyXattrs(kMaxXattrsPerSet + 1, 1)), "1025 xattrs");
  ExpectRefused(WithXattrs({{"user." + std::string(kMaxXattrName, 'n'), ""}}), "the name of its xattr");
  ExpectRefused(WithXattrs({{"user.a", std::string(kMaxXattrValue + 1, 'v')}}), "user.a");
  ExpectRefused(WithXattrs(ManyXattrs(100, kMaxXattrValue)), "its xattrs have");
  ExpectRefused(WithXattrs({{"", "v"}}), "xattr");
  ExpectRefused(WithXattrs({{"user.b", "v"}, {"user.a", "v"}}), "as it is");
  SourceEntry entry = File();
  entry.name = std::string(kMaxName + 1, 'n');
  ExpectRefused(entry, "its name");
  entry = File();
  entry.inode.size = kMaxFileSize + 1;
  ExpectRefused(entry, "its size");
  entry = File();
  entry.inode.uid = UINT32_MAX;
  ExpectRefused(entry, "owner");
  entry = File();
  entry.inode.mtime_nanoseconds = 1'000'000'000;
  ExpectRefused(entry, "time");
  entry.inode = {.mode = S_IFCHR, .device_major = kMaxDeviceMajor + 1};
  ExpectRefused(entry, "device number");
}

TEST(CheckEntry, RefusesNamesThatAreNone) {
  for (const char* name : {"", ".", "..", "a/b"}) {
    SourceEntry entry = File();
    entry.name = name;
    ExpectRefused(entry, "name");
  }
}

TEST(CheckEntry, RefusesADamagedAcl) { ExpectRefused(WithXattrs({{std::string(kAclAccessXattr), "nonsense"}}), "ACL"); }

TEST(CheckEntry, TheRootIsADirectory) {
  ExpectRefused({.inode = {.mode = S_IFREG | 0644}}, "the root");
  EXPECT_TRUE(IsOk(CheckEntry({.inode = {.mode = S_IFDIR | 0755}}, "")));
}

}  // namespace
}  // namespace rootstream

#include "format/posix_acl.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

const std::vector<AclEntry> kAcl = {{kAclUserObject, 7}, {kAclUser, 6, 1}, {kAclUser, 4, 1000}, {kAclGroupObject, 5},
                                    {kAclGroup, 7, 100}, {kAclMask, 7},    {kAclOther, 0}};

TEST(AclEncode, IsWhatTheKernelKeeps) {
  const std::string bytes = EncodeAcl({{kAclUserObject, 6}, {kAclUser, 4, 0x01020304}});
  EXPECT_EQ(bytes, std::string("\2\0\0\0"
                               "\1\0\6\0\xff\xff\xff\xff"
                               "\2\0\4\0\4\3\2\1",
                               20));
}

TEST(AclEncode, SortsByTagAndId) {
  std::vector<AclEntry> mixed(kAcl.rbegin(), kAcl.rend());
  EXPECT_EQ(EncodeAcl(mixed), EncodeAcl(kAcl));
}

TEST(AclDecode, RoundTrips) {
  const auto decoded = DecodeAcl(EncodeAcl(kAcl));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, kAcl);
  EXPECT_EQ(DecodeAcl(EncodeAcl({}))->size(), 0u);
}

TEST(AclDecode, RefusesPartsOfAnEntry) {
  const std::string bytes = EncodeAcl(kAcl);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const bool whole = size >= 4 && size % 8 == 4;
    EXPECT_EQ(DecodeAcl(bytes.substr(0, size)).has_value(), whole) << size;
  }
}

TEST(AclDecode, RefusesAnotherVersion) {
  std::string bytes = EncodeAcl(kAcl);
  bytes[0] = 1;
  EXPECT_FALSE(DecodeAcl(bytes).has_value());
}

TEST(AclIsValid, WhereTheKernelTakesIt) {
  EXPECT_TRUE(IsValidAcl(kAcl));
  EXPECT_TRUE(IsValidAcl({}));
  EXPECT_TRUE(IsValidAcl({{kAclUserObject, 7}, {kAclGroupObject, 5}, {kAclOther, 0}}));
  const std::vector<AclEntry> cases[] = {
      {{kAclUserObject, 7}},
      {{kAclUserObject, 7}, {kAclUser, 7, 0}, {kAclGroupObject, 5}, {kAclOther, 0}},  // without a mask
      {{kAclUserObject, 7}, {kAclUserObject, 7}, {kAclGroupObject, 5}, {kAclOther, 0}},
      {{kAclGroupObject, 7}, {kAclUserObject, 5}, {kAclOther, 0}},
      {{kAclUserObject, 8}, {kAclGroupObject, 5}, {kAclOther, 0}},
      {{kAclUserObject, 7}, {kAclUser, 7}, {kAclGroupObject, 5}, {kAclMask, 7}, {kAclOther, 0}},  // without a user id
      {{kAclUserObject, 7}, {kAclGroupObject, 5}, {kAclMask, 7}, {kAclMask, 7}, {kAclOther, 0}},
      {{kAclUserObject, 7}, {kAclGroupObject, 5}, {kAclOther, 0}, {0x40, 0}},
      {{kAclUserObject, 7}, {0x03, 0}, {kAclGroupObject, 5}, {kAclOther, 0}}};
  for (const auto& acl : cases) EXPECT_FALSE(IsValidAcl(acl)) << acl.size();
}

}  // namespace
}  // namespace rootstream

// POSIX ACLs as Linux keeps them in system.posix_acl_access and _default: a little-endian u32 version 2,
// then for each entry u16 tag, u16 permissions, u32 id (linux/posix_acl_xattr.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rootstream {

inline constexpr std::string_view kAclAccessXattr = "system.posix_acl_access";
inline constexpr std::string_view kAclDefaultXattr = "system.posix_acl_default";

enum AclTag : uint16_t {
  kAclUserObject = 0x01,
  kAclUser = 0x02,
  kAclGroupObject = 0x04,
  kAclGroup = 0x08,
  kAclMask = 0x10,
  kAclOther = 0x20,
};

struct AclEntry {
  uint16_t tag = 0;
  uint16_t permissions = 0;  // rwx: 4, 2, 1
  uint32_t id = UINT32_MAX;  // of kAclUser and kAclGroup
  auto operator<=>(const AclEntry&) const = default;
};

std::string EncodeAcl(std::vector<AclEntry> entries);  // sorted as the kernel wants them
std::optional<std::vector<AclEntry>> DecodeAcl(std::string_view xattr);
// Whether the kernel takes them (posix_acl_valid() in fs/posix_acl.c): in the order of their tags, the owner, the group
// and others once each, and a mask where somebody is named.
bool IsValidAcl(const std::vector<AclEntry>& entries);

}  // namespace rootstream

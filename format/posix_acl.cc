#include "format/posix_acl.h"

#include <algorithm>
#include <bit>

#include "format/bytes.h"

namespace rootstream {
namespace {

constexpr uint32_t kAclVersion = 2;

}  // namespace

std::string EncodeAcl(std::vector<AclEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const AclEntry& a, const AclEntry& b) { return std::pair(a.tag, a.id) < std::pair(b.tag, b.id); });
  Encoder out;
  out.U32(kAclVersion);
  for (const AclEntry& entry : entries) {
    out.U32(uint32_t{entry.tag} | uint32_t{entry.permissions} << 16);
    out.U32(entry.id);
  }
  return out.Take();
}

std::optional<std::vector<AclEntry>> DecodeAcl(std::string_view xattr) {
  Decoder in(xattr);
  if (in.U32() != kAclVersion) return std::nullopt;
  std::vector<AclEntry> entries;
  while (in.ok() && in.remaining() > 0) {
    const uint32_t word = in.U32();
    const uint32_t id = in.U32();
    entries.push_back({static_cast<uint16_t>(word), static_cast<uint16_t>(word >> 16), id});
  }
  if (!in.ok()) return std::nullopt;
  return entries;
}

bool IsValidAcl(const std::vector<AclEntry>& entries) {
  if (entries.empty()) return true;
  size_t counts[kAclOther + 1] = {};
  uint16_t before = 0;
  for (const AclEntry& entry : entries) {
    const bool is_named = entry.tag == kAclUser || entry.tag == kAclGroup;
    const bool is_tag = entry.tag > 0 && entry.tag <= kAclOther && std::has_single_bit(entry.tag);
    if (!is_tag || entry.tag < before || entry.permissions > 7 || (is_named && entry.id == UINT32_MAX)) return false;
    before = entry.tag;
    ++counts[entry.tag];
  }
  const bool needs_mask = counts[kAclUser] + counts[kAclGroup] > 0;
  return counts[kAclUserObject] == 1 && counts[kAclGroupObject] == 1 && counts[kAclOther] == 1 &&
         counts[kAclMask] <= 1 && (!needs_mask || counts[kAclMask] == 1);
}

}  // namespace rootstream

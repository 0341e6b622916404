#include "chunker/source/tar_entry.h"

#include <archive.h>
#include <archive_entry.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>

#include "format/posix_acl.h"

namespace rootstream {
namespace {

uint32_t IdOfName(int tag, const char* name) {
  if (name == nullptr) return UINT32_MAX;
  if (tag == ARCHIVE_ENTRY_ACL_USER) {
    const passwd* user = getpwnam(name);
    return user != nullptr ? user->pw_uid : UINT32_MAX;
  }
  const group* found = getgrnam(name);
  return found != nullptr ? found->gr_gid : UINT32_MAX;
}

uint16_t AclTagOf(int tag) {
  switch (tag) {
    case ARCHIVE_ENTRY_ACL_USER_OBJ:
      return kAclUserObject;
    case ARCHIVE_ENTRY_ACL_USER:
      return kAclUser;
    case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
      return kAclGroupObject;
    case ARCHIVE_ENTRY_ACL_GROUP:
      return kAclGroup;
    case ARCHIVE_ENTRY_ACL_MASK:
      return kAclMask;
    default:
      return kAclOther;
  }
}

// kInvalid: it names somebody whose number nobody knows.
Status AddAcl(archive_entry* entry, int type, std::string_view xattr, XattrSet& set) {
  std::vector<AclEntry> acl;
  archive_entry_acl_reset(entry, type);
  int entry_type = 0, permissions = 0, tag = 0, id = 0;
  const char* name = nullptr;
  while (archive_entry_acl_next(entry, type, &entry_type, &permissions, &tag, &id, &name) == ARCHIVE_OK) {
    AclEntry out{.tag = AclTagOf(tag), .permissions = static_cast<uint16_t>(permissions & 7)};
    const bool named = out.tag == kAclUser || out.tag == kAclGroup;
    if (named) out.id = id != -1 ? static_cast<uint32_t>(id) : IdOfName(tag, name);
    if (named && out.id == UINT32_MAX)
      return Invalid("its ACL names the " + std::string(out.tag == kAclUser ? "user" : "group") + " '" +
                     (name != nullptr ? name : "") + "', which is not known here and comes without a number");
    acl.push_back(out);
  }
  // An ACL of three entries has only the bits of the mode.
  const bool is_default = type == ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
  if (acl.size() > 3 || (is_default && !acl.empty())) set.push_back({std::string(xattr), EncodeAcl(std::move(acl))});
  return Ok();
}

// The kernel keeps the mask of an ACL where the mode has the group's bits; libarchive puts the group's
// own entry there.
uint32_t ModeOf(archive_entry* entry, const XattrSet& xattrs) {
  const uint32_t mode = archive_entry_mode(entry);
  for (const Xattr& xattr : xattrs) {
    const auto acl = xattr.name == kAclAccessXattr ? DecodeAcl(xattr.value) : std::nullopt;
    if (!acl) continue;
    for (const AclEntry& e : *acl)
      if (e.tag == kAclMask) return (mode & ~070u) | uint32_t{e.permissions} << 3;
  }
  return mode;
}

// A pax time is a decimal with a sign; libarchive gives its whole and its fraction, both without it as
// far as the fraction goes.
void SetTime(archive_entry* entry, bool negative_zero, Inode& inode) {
  constexpr uint32_t kSecond = 1'000'000'000;
  inode.mtime_seconds = archive_entry_mtime(entry);
  inode.mtime_nanoseconds = static_cast<uint32_t>(archive_entry_mtime_nsec(entry));
  const bool negative = inode.mtime_seconds < 0 || (negative_zero && inode.mtime_seconds == 0);
  if (!negative || inode.mtime_nanoseconds == 0) return;
  --inode.mtime_seconds;
  inode.mtime_nanoseconds = kSecond - inode.mtime_nanoseconds;
}

Result<uint32_t> Number32(const char* what, int64_t number) {
  if (number >= 0 && number <= UINT32_MAX) return static_cast<uint32_t>(number);
  return Invalid("its " + std::string(what) + " is " + std::to_string(number) + ", which no file can have");
}

}  // namespace

Result<XattrSet> XattrsOf(archive_entry* entry) {
  XattrSet set;
  archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
    set.push_back({name, std::string(static_cast<const char*>(value), size)});
  RS_CHECK(AddAcl(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, kAclAccessXattr, set));
  RS_CHECK(AddAcl(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, kAclDefaultXattr, set));
  std::stable_sort(set.begin(), set.end(), [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
  const auto same = [](const Xattr& a, const Xattr& b) { return a.name == b.name; };
  set.erase(std::unique(set.begin(), set.end(), same), set.end());
  return set;
}

Result<Inode> InodeOf(archive_entry* entry, const XattrSet& xattrs, bool negative_zero) {
  Inode inode;
  inode.mode = ModeOf(entry, xattrs);
  SetTime(entry, negative_zero, inode);
  RS_TRY(inode.uid, Number32("owner", archive_entry_uid(entry)));
  RS_TRY(inode.gid, Number32("group", archive_entry_gid(entry)));
  inode.size = S_ISREG(inode.mode) ? archive_entry_size(entry) : 0;
  if (S_ISCHR(inode.mode) || S_ISBLK(inode.mode)) {
    RS_TRY(inode.device_major, Number32("device number", static_cast<int64_t>(archive_entry_rdevmajor(entry))));
    RS_TRY(inode.device_minor, Number32("device number", static_cast<int64_t>(archive_entry_rdevminor(entry))));
  }
  return inode;
}

}  // namespace rootstream

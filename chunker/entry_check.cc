#include "chunker/entry_check.h"

#include <sys/stat.h>

#include "format/file_type.h"
#include "format/limits.h"
#include "format/posix_acl.h"

namespace rootstream {
namespace {

using std::to_string;

// What cannot be kept; empty: nothing.
std::string FaultOfName(const SourceEntry& entry) {
  if (entry.depth == 0) return S_ISDIR(entry.inode.mode) ? "" : "the root is no directory";
  if (entry.name.size() > kMaxName)
    return "its name has " + to_string(entry.name.size()) + " bytes, at most " + to_string(kMaxName) + " are possible";
  const bool is_name = !entry.name.empty() && entry.name != "." && entry.name != ".." &&
                       entry.name.find('/') == std::string::npos && entry.name.find('\0') == std::string::npos;
  return is_name ? "" : "its name is none";
}

std::string FaultOfInode(const SourceEntry& entry) {
  const Inode& inode = entry.inode;
  if (!IsKnownType(inode.mode)) return "its type is none of Linux's (a part of a file of several volumes?)";
  if (inode.mtime_nanoseconds > 999'999'999) return "its time is none";
  if (inode.size > kMaxFileSize) return "its size of " + to_string(inode.size) + " bytes is too large";
  if (inode.uid == UINT32_MAX || inode.gid == UINT32_MAX) return "its owner or group is 4294967295, which is none";
  if (inode.device_major > kMaxDeviceMajor || inode.device_minor > kMaxDeviceMinor)
    return "its device number " + to_string(inode.device_major) + ":" + to_string(inode.device_minor) +
           " is larger than Linux knows";
  if (!S_ISLNK(inode.mode)) return "";
  if (entry.target.size() > kMaxTarget)
    return "its target has " + to_string(entry.target.size()) + " bytes, at most " + to_string(kMaxTarget) +
           " are possible";
  return entry.target.empty() ? "it is a symlink without a target" : "";
}

std::string FaultOfXattr(const Xattr& xattr) {
  if (xattr.name.empty() || xattr.name.find('\0') != std::string::npos) return "the name of an xattr is none";
  if (xattr.name.size() > kMaxXattrName)
    return "the name of its xattr " + xattr.name.substr(0, 32) + "… has " + to_string(xattr.name.size()) +
           " bytes, at most " + to_string(kMaxXattrName) + " are possible";
  if (xattr.value.size() > kMaxXattrValue)
    return "its xattr " + xattr.name + " has " + to_string(xattr.value.size()) + " bytes, at most " +
           to_string(kMaxXattrValue) + " are possible";
  const bool is_acl = xattr.name == kAclAccessXattr || xattr.name == kAclDefaultXattr;
  if (!is_acl) return "";
  const auto acl = DecodeAcl(xattr.value);
  if (!acl) return "its ACL is damaged";
  return IsValidAcl(*acl) ? "" : "its ACL is one that Linux does not take (users or groups without a mask?)";
}

std::string FaultOfXattrs(const XattrSet& set) {
  if (set.size() > kMaxXattrsPerSet)
    return "it has " + to_string(set.size()) + " xattrs, at most " + to_string(kMaxXattrsPerSet) + " are possible";
  size_t names = 0, bytes = 0;
  for (const Xattr& xattr : set) {
    if (std::string fault = FaultOfXattr(xattr); !fault.empty()) return fault;
    names += xattr.name.size() + 1;
    bytes += xattr.name.size() + xattr.value.size();
  }
  if (names > kMaxXattrNames)
    return "the names of its xattrs have " + to_string(names) + " bytes, too many to be listed";
  if (bytes > kMaxXattrSet)
    return "its xattrs have " + to_string(bytes) + " bytes, at most " + to_string(kMaxXattrSet) + " are possible";
  return "";
}

// What a reader makes of it. The inode alone, since names and contents come later.
bool SurvivesEncoding(const SourceEntry& entry) {
  if (entry.xattrs.empty() && entry.target.empty()) return true;  // it has no field of variable length
  Tree tree;
  tree.inodes = {entry.inode};
  Inode& inode = tree.inodes.front();
  inode.listing = {};
  if (S_ISLNK(inode.mode)) {
    tree.targets = {entry.target};
    inode.size = entry.target.size();
  }
  if (!entry.xattrs.empty()) {
    tree.xattr_sets = {entry.xattrs};
    inode.xattr_set = 1;
  }
  tree.publisher.push_back({.id = Sha256(""), .offset = kPackHeaderSize, .stored_size = 1, .plain_size = 1});
  const auto decoded = Tree::Decode(tree.Encode(), Id{});
  return decoded.ok() && decoded->inodes == tree.inodes && decoded->targets == tree.targets &&
         decoded->xattr_sets == tree.xattr_sets;
}

}  // namespace

Status CheckEntry(const SourceEntry& entry, const std::string& path) {
  std::string fault = FaultOfName(entry);
  if (fault.empty()) fault = FaultOfInode(entry);
  if (fault.empty()) fault = FaultOfXattrs(entry.xattrs);
  if (fault.empty() && !SurvivesEncoding(entry)) fault = "no reader would take it as it is";
  return fault.empty() ? Ok() : Status(Invalid(path + ": " + fault));
}

}  // namespace rootstream

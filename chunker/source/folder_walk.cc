#include "chunker/source/folder_walk.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "base/interrupt.h"
#include "format/limits.h"

namespace rootstream {
namespace {

Error Vanished(const std::string& what, const std::string& path) {
  if (errno == ENOENT) return Failed(path + ": it vanished while it was read");
  return ErrnoError(what, path);
}

// A file system of the kernel's own, whose files are made when they are read; "" of any other.
std::string KernelFileSystem(int fd) {
  struct statfs st;
  if (fstatfs(fd, &st) != 0) return "";
  switch (static_cast<uint32_t>(st.f_type)) {
    case 0x9fa0:
      return "proc";
    case 0x62656572:
      return "sysfs";
    case 0x64626720:
      return "debugfs";
    case 0x74726163:
      return "tracefs";
    case 0x73636673:
      return "securityfs";
    case 0x0027e0eb:
      return "cgroup";
    case 0x63677270:
      return "cgroup2";
    case 0xcafe4a11:
      return "bpf";
    case 0x1cd1:
      return "devpts";
    case 0x62656570:
      return "configfs";
    case 0xde5e81e4:
      return "efivarfs";
    case 0x6165676c:
      return "pstore";
    case 0xf97cff8c:
      return "selinuxfs";
    case 0x42494e4d:
      return "binfmt_misc";
    case 0x65735543:
      return "fusectl";
    case 0x19800202:
      return "mqueue";
    default:
      return "";
  }
}

SourceEntry FromStat(const struct stat& st, uint32_t depth, const std::string& name) {
  SourceEntry entry{.depth = depth, .name = name};
  entry.inode.mode = st.st_mode;
  entry.inode.uid = st.st_uid;
  entry.inode.gid = st.st_gid;
  entry.inode.mtime_seconds = st.st_mtim.tv_sec;
  entry.inode.mtime_nanoseconds = static_cast<uint32_t>(st.st_mtim.tv_nsec);
  entry.inode.size = S_ISREG(st.st_mode) ? st.st_size : 0;
  if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
    entry.inode.device_major = major(st.st_rdev);
    entry.inode.device_minor = minor(st.st_rdev);
  }
  return entry;
}

// listxattr(2) and getxattr(2), of an open file or of a path that may be a symlink.
struct Xattrs {
  std::function<ssize_t(char* names, size_t size)> list;
  std::function<ssize_t(const char* name, char* value, size_t size)> get;
};

Xattrs OpenXattrs(int fd) {
  return {[fd](char* names, size_t size) { return flistxattr(fd, names, size); },
          [fd](const char* name, char* value, size_t size) { return fgetxattr(fd, name, value, size); }};
}

Xattrs NamedXattrs(const std::string& path) {
  return {[path](char* names, size_t size) { return llistxattr(path.c_str(), names, size); },
          [path](const char* name, char* value, size_t size) { return lgetxattr(path.c_str(), name, value, size); }};
}

Result<XattrSet> ReadXattrs(const Xattrs& xattrs, const std::string& shown) {
  XattrSet set;
  // Most files have no xattrs, and the kernel allocates as much as the caller's buffer has.
  if (xattrs.list(nullptr, 0) == 0) return set;
  char names[kMaxXattrValue];  // XATTR_LIST_MAX has the same value
  const ssize_t size = xattrs.list(names, sizeof names);
  if (size < 0 && errno == EOPNOTSUPP) return set;
  if (size < 0) return Vanished("cannot list xattrs of", shown);
  for (const char* name = names; name < names + size; name += std::string_view(name).size() + 1) {
    std::string value(kMaxXattrValue, '\0');
    const ssize_t n = xattrs.get(name, value.data(), value.size());
    if (n < 0 && errno == ENODATA) continue;
    if (n < 0) return Vanished("cannot read xattr " + std::string(name) + " of", shown);
    value.resize(n);
    value.shrink_to_fit();
    set.push_back({name, std::move(value)});
  }
  std::sort(set.begin(), set.end(), [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
  return set;
}

}  // namespace

FolderWalk::FolderWalk(std::string top, UniqueFd fd, SourceOptions options)
    : top_(std::move(top)), top_fd_(std::move(fd)), options_(std::move(options)) {
  struct stat st;
  if (!options_.store.empty() && stat(options_.store.c_str(), &st) == 0) store_.emplace(st.st_dev, st.st_ino);
}

Result<std::optional<FolderWalk::Found>> FolderWalk::Next() {
  if (WasInterrupted()) return Failed("interrupted");
  if (!started_) {
    started_ = true;
    return Enter(std::move(top_fd_), "", "");
  }
  while (!open_.empty()) {
    Folder& folder = open_.back();
    if (folder.next == folder.names.size()) {
      open_.pop_back();
      continue;
    }
    const std::string& name = folder.names[folder.next++];
    return Describe(folder.fd.get(), name);
  }
  return std::optional<Found>();
}

Result<std::vector<std::string>> FolderWalk::NamesToPublish(int fd, const struct stat& st, const std::string& path,
                                                            const std::string& shown) const {
  if (store_ == std::pair(st.st_dev, st.st_ino))
    return Invalid(shown + ": the store is in its own source: put it elsewhere, or leave it out with --exclude");
  RS_TRY(std::vector<std::string> names, NamesIn(fd, shown));
  std::erase_if(names, [&](const std::string& name) {
    return !options_.excluded.empty() && options_.excluded.Excludes("/" + path + name);
  });
  const bool is_same_device = !open_.empty() && open_.back().device == st.st_dev;
  const std::string kind = names.empty() || is_same_device ? "" : KernelFileSystem(fd);
  if (kind.empty()) return names;
  return Invalid(shown + ": the kernel's " + kind + " file system is mounted there, which has no files to publish: " +
                 "--one-file-system leaves out what is mounted, --exclude PATTERN what it names");
}

std::string FolderWalk::PathOf(const std::string& name) const {
  return top_ + "/" + (open_.empty() ? "" : open_.back().path) + name;
}

Result<std::optional<FolderWalk::Found>> FolderWalk::Describe(int folder, const std::string& name) {
  struct stat st;
  if (fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return Vanished("cannot look at", PathOf(name));
  if (S_ISDIR(st.st_mode)) {
    UniqueFd fd(openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return Vanished("cannot open", PathOf(name));
    return Enter(std::move(fd), name, open_.back().path + name + "/");
  }
  const uint32_t depth = static_cast<uint32_t>(open_.size());
  Found found{.entry = FromStat(st, depth, name)};
  SourceEntry& entry = found.entry;
  if (st.st_nlink > 1) {
    const auto key = std::pair(st.st_dev, st.st_ino);
    entry.link_group = groups_.try_emplace(key, groups_.size() + 1).first->second;
  }
  if (S_ISLNK(st.st_mode)) {
    RS_TRY(entry.target, ReadTarget(folder, name));
    entry.inode.size = entry.target.size();
  }
  if (S_ISREG(st.st_mode)) {
    found.stat = st;
    found.shown = PathOf(name);
    found.file = UniqueFd(openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!found.file) return Vanished("cannot open", found.shown);
    RS_TRY(entry.xattrs, ReadXattrs(OpenXattrs(found.file.get()), found.shown));
  } else {
    // Opening a device or a FIFO has side effects, so their xattrs are read by name.
    const std::string at = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
    RS_TRY(entry.xattrs, ReadXattrs(NamedXattrs(at), PathOf(name)));
  }
  return std::optional(std::move(found));
}

Result<std::optional<FolderWalk::Found>> FolderWalk::Enter(UniqueFd fd, const std::string& name,
                                                           const std::string& path) {
  struct stat st;
  const std::string shown = name.empty() ? top_ : PathOf(name);
  if (fstat(fd.get(), &st) != 0) return ErrnoError("cannot look at", shown);
  SourceEntry entry = FromStat(st, static_cast<uint32_t>(open_.size()), name);
  entry.inode.size = 0;
  RS_TRY(entry.xattrs, ReadXattrs(OpenXattrs(fd.get()), shown));
  std::vector<std::string> names;
  const bool is_mount = !open_.empty() && open_.back().device != st.st_dev;
  if (!is_mount || !options_.one_file_system) {
    RS_TRY(names, NamesToPublish(fd.get(), st, path, shown));
  }
  open_.push_back({std::move(fd), st.st_dev, path, std::move(names)});
  return std::optional(Found{.entry = std::move(entry)});
}

Result<std::string> FolderWalk::ReadTarget(int folder, const std::string& name) const {
  std::string target(kMaxTarget + 1, '\0');
  const ssize_t n = readlinkat(folder, name.c_str(), target.data(), target.size());
  if (n < 0) return Vanished("cannot read", PathOf(name));
  target.resize(n);
  target.shrink_to_fit();
  return target;
}

}  // namespace rootstream

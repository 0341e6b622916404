// Reads single entries of a tree through the descriptor of their parent directory and their name,
// so that paths may be of any length and no link is followed. An entry that cannot be read causes
// a std::runtime_error with one line that names it.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rootstream {

inline constexpr size_t kValueShown = 80;

inline std::string Escaped(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c >= 0x20 && c < 0x7f && c != '\\') {
      text.push_back(c);
    } else {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
      text += hex;
    }
  }
  return text;
}

// A value for a message, shortened when long.
inline std::string Quoted(std::string_view value) {
  if (value.size() <= kValueShown) return '"' + Escaped(value) + '"';
  return '"' + Escaped(value.substr(0, kValueShown)) + "\"... of " + std::to_string(value.size()) + " bytes";
}

// One name in one of the two trees, reached through its open parent directory.
struct Entry {
  char tree;  // 'A' or 'B'
  int parent;
  std::string name;
  std::string path;  // from the root of the tree, for messages
  struct stat stat;
};

[[noreturn]] inline void Fail(const Entry& entry, const std::string& why) {
  throw std::runtime_error(Escaped(entry.path) + " in " + entry.tree + ": " + why);
}

[[noreturn]] inline void FailErrno(const Entry& entry, const char* call) {
  Fail(entry, std::string(call) + ": " + std::strerror(errno));
}

inline Entry Look(char tree, int parent, const std::string& name, const std::string& path) {
  Entry entry{tree, parent, name, path, {}};
  if (fstatat(parent, name.c_str(), &entry.stat, AT_SYMLINK_NOFOLLOW) != 0) {
    FailErrno(entry, "stat");
  }
  return entry;
}

class Descriptor {
 public:
  Descriptor(const Entry& entry, int flags)
      : fd_(openat(entry.parent, entry.name.c_str(), flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) {
    if (fd_ < 0) FailErrno(entry, "open");
  }
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

inline std::vector<std::string> SortedNames(const Entry& entry, const Descriptor& directory) {
  const int fd = openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fd < 0 ? nullptr : fdopendir(fd), closedir);
  if (stream == nullptr) FailErrno(entry, "opendir");
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* found = readdir(stream.get())) {
    const std::string_view name = found->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) FailErrno(entry, "readdir");
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) Fail(entry, "readdir: lists " + Quoted(*twice) + " twice");
  return names;
}

inline std::string LinkTarget(const Entry& entry) {
  char target[PATH_MAX];
  const ssize_t size = readlinkat(entry.parent, entry.name.c_str(), target, sizeof target);
  if (size < 0) FailErrno(entry, "readlink");
  return std::string(target, static_cast<size_t>(size));
}

// All but security.selinux, which the mount may add by itself.
inline std::map<std::string, std::string> Xattrs(const Entry& entry) {
  // There is no llistxattrat; the descriptor's magic link keeps the path short.
  const std::string path = "/proc/self/fd/" + std::to_string(entry.parent) + "/" + entry.name;
  static char list[XATTR_LIST_MAX];
  static char value[XATTR_SIZE_MAX];
  const ssize_t listed = llistxattr(path.c_str(), list, sizeof list);
  if (listed < 0 && errno == EOPNOTSUPP) return {};
  if (listed < 0) FailErrno(entry, "listxattr");
  std::map<std::string, std::string> xattrs;
  for (const char* name = list; name < list + listed; name += std::strlen(name) + 1) {
    if (std::string_view(name) == "security.selinux") continue;
    const ssize_t size = lgetxattr(path.c_str(), name, value, sizeof value);
    if (size < 0) FailErrno(entry, "getxattr");
    xattrs[name].assign(value, static_cast<size_t>(size));
  }
  return xattrs;
}

inline void Read(const Entry& entry, const Descriptor& file, off_t offset, size_t size, char* bytes) {
  while (size > 0) {
    const ssize_t got = pread(file.get(), bytes, size, offset);
    if (got < 0) FailErrno(entry, "read");
    if (got == 0) Fail(entry, "read: ends at byte " + std::to_string(offset));
    bytes += got;
    offset += got;
    size -= static_cast<size_t>(got);
  }
}

}  // namespace rootstream

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <vector>

#include "cache/file_io.h"
#include "chunker/file_content.h"
#include "chunker/source.h"
#include "format/limits.h"

namespace rootstream {
namespace {

// Errors name files by their path below the source.
class FolderSource : public Source {
 public:
  FolderSource(std::string top, UniqueFd fd) : top_(std::move(top)), top_fd_(std::move(fd)) {}

  Result<std::optional<SourceEntry>> Next() override {
    if (WasInterrupted()) return Failed("interrupted");
    if (!started_) {
      started_ = true;
      return Enter(std::move(top_fd_), "", "");
    }
    while (!open_.empty() && open_.back().next == open_.back().names.size()) open_.pop_back();
    if (open_.empty()) return std::optional<SourceEntry>();
    Folder& folder = open_.back();
    return Describe(folder.fd.get(), folder.names[folder.next++]);
  }

  Status ReadContent(const ContentUse& use) override {
    const Folder& folder = open_.back();
    return ReadFileContent(file_.get(), current_, PathOf(folder.names[folder.next - 1]), use);
  }

 private:
  struct Folder {
    UniqueFd fd;
    std::string path;  // with a trailing slash, below the source
    std::vector<std::string> names;
    size_t next = 0;
  };

  std::string PathOf(const std::string& name) const {
    return top_ + "/" + (open_.empty() ? "" : open_.back().path) + name;
  }

  static Error Vanished(const std::string& what, const std::string& path) {
    if (errno == ENOENT) return Failed(path + ": it vanished while it was read");
    return ErrnoError(what, path);
  }

  Result<std::optional<SourceEntry>> Describe(int folder, const std::string& name) {
    struct stat st;
    if (fstatat(folder, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
      return Vanished("cannot look at", PathOf(name));
    if (S_ISDIR(st.st_mode)) {
      UniqueFd fd(openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!fd) return Vanished("cannot open", PathOf(name));
      return Enter(std::move(fd), name, open_.back().path + name + "/");
    }
    const uint32_t depth = static_cast<uint32_t>(open_.size());
    SourceEntry entry = FromStat(st, depth, name);
    current_ = st;
    if (st.st_nlink > 1) {
      const auto key = std::pair(st.st_dev, st.st_ino);
      entry.link_group = groups_.try_emplace(key, groups_.size() + 1).first->second;
    }
    if (S_ISLNK(st.st_mode)) {
      RS_TRY(entry.target, ReadTarget(folder, name));
      entry.inode.size = entry.target.size();
    }
    if (S_ISREG(st.st_mode)) {
      file_ = UniqueFd(openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
      if (!file_) return Vanished("cannot open", PathOf(name));
      RS_TRY(entry.xattrs, ReadXattrs(OpenXattrs(file_.get()), PathOf(name)));
    } else {
      // Opening a device or a FIFO does something; its xattrs are reached by name.
      const std::string at = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
      RS_TRY(entry.xattrs, ReadXattrs(NamedXattrs(at), PathOf(name)));
    }
    return std::optional(std::move(entry));
  }

  // A directory: its own entry now, its names next.
  Result<std::optional<SourceEntry>> Enter(UniqueFd fd, const std::string& name,
                                           const std::string& path) {
    struct stat st;
    const std::string shown = name.empty() ? top_ : PathOf(name);
    if (fstat(fd.get(), &st) != 0) return ErrnoError("cannot look at", shown);
    SourceEntry entry = FromStat(st, static_cast<uint32_t>(open_.size()), name);
    entry.inode.size = 0;
    RS_TRY(entry.xattrs, ReadXattrs(OpenXattrs(fd.get()), shown));
    RS_TRY(std::vector<std::string> names, NamesIn(fd.get(), shown));
    open_.push_back({std::move(fd), path, std::move(names)});
    return std::optional(std::move(entry));
  }

  static SourceEntry FromStat(const struct stat& st, uint32_t depth, const std::string& name) {
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

  Result<std::string> ReadTarget(int folder, const std::string& name) const {
    std::string target(kMaxTarget + 1, '\0');
    const ssize_t n = readlinkat(folder, name.c_str(), target.data(), target.size());
    if (n < 0) return Vanished("cannot read", PathOf(name));
    target.resize(n);
    return target;
  }

  // listxattr(2) and getxattr(2), of an open file or of a path that may be a symlink.
  struct Xattrs {
    std::function<ssize_t(char* names, size_t size)> list;
    std::function<ssize_t(const char* name, char* value, size_t size)> get;
  };

  static Xattrs OpenXattrs(int fd) {
    return {[fd](char* names, size_t size) { return flistxattr(fd, names, size); },
            [fd](const char* name, char* value, size_t size) {
              return fgetxattr(fd, name, value, size);
            }};
  }

  static Xattrs NamedXattrs(const std::string& path) {
    return {[path](char* names, size_t size) { return llistxattr(path.c_str(), names, size); },
            [path](const char* name, char* value, size_t size) {
              return lgetxattr(path.c_str(), name, value, size);
            }};
  }

  static Result<XattrSet> ReadXattrs(const Xattrs& xattrs, const std::string& shown) {
    XattrSet set;
    char names[kMaxXattrValue];  // XATTR_LIST_MAX is the same
    const ssize_t size = xattrs.list(names, sizeof names);
    if (size < 0 && errno == EOPNOTSUPP) return set;
    if (size < 0) return Vanished("cannot list xattrs of", shown);
    for (const char* name = names; name < names + size; name += std::string_view(name).size() + 1) {
      std::string value(kMaxXattrValue, '\0');
      const ssize_t n = xattrs.get(name, value.data(), value.size());
      if (n < 0 && errno == ENODATA) continue;
      if (n < 0) return Vanished("cannot read xattr " + std::string(name) + " of", shown);
      value.resize(n);
      set.push_back({name, std::move(value)});
    }
    std::sort(set.begin(), set.end(),
              [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
    return set;
  }

  const std::string top_;
  UniqueFd top_fd_;
  bool started_ = false;
  std::vector<Folder> open_;  // from the top down to where Next() is
  struct stat current_ = {};
  UniqueFd file_;  // the entry that Next() returned last, if it is a regular file
  std::map<std::pair<dev_t, ino_t>, uint64_t> groups_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenFolderSource(const std::string& path) {
  RS_TRY(UniqueFd fd, OpenFile(path, O_RDONLY | O_DIRECTORY));
  std::string top = path;
  while (top.size() > 1 && top.back() == '/') top.pop_back();
  return std::unique_ptr<Source>(new FolderSource(std::move(top), std::move(fd)));
}

}  // namespace rootstream

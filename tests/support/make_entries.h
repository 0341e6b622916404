// Makes single entries of a test tree: files, holes, links, nodes, attributes and times, each in
// one call. Entries that every Linux filesystem supports must succeed, or the call throws
// std::system_error. Entries that some filesystems or containers refuse (device nodes, user.*
// attributes on an old tmpfs, foreign owners) use Permitted, which prints a line and continues.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace rootstream {

inline std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<signed char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

inline void Require(int result, const std::string& what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), OneLine(what));
}

// Returns false, and prints a line on stderr, if the machine does not permit `what`. Throws on any
// other failure.
inline bool Permitted(int result, const std::string& what) {
  if (result >= 0) return true;
  switch (errno) {
    case EPERM:
    case EOPNOTSUPP:
    case EINVAL:  // an owner that the user namespace does not map
    case ENAMETOOLONG:
    case EILSEQ:
    case EFBIG:
    case E2BIG:
    case ERANGE:
    case ENOSPC:  // ext4: the attributes do not fit in their block
      std::fprintf(stderr, "left out: %s: %s\n", OneLine(what).c_str(), std::strerror(errno));
      return false;
    default:
      throw std::system_error(errno, std::generic_category(), OneLine(what));
  }
}

class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : path_(path), fd_(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) {
    Require(fd_, path);
  }
  ~NewFile() { close(fd_); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  int fd() const { return fd_; }

  void WriteAt(off_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = pwrite(fd_, bytes.data(), bytes.size(), offset);
      Require(static_cast<int>(written), path_);
      bytes.remove_prefix(static_cast<size_t>(written));
      offset += written;
    }
  }

 private:
  std::string path_;
  int fd_;
};

inline std::string Noise(size_t size, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes;
  bytes.reserve(size + 8);
  while (bytes.size() < size) {
    const uint64_t word = random();
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(word >> shift));
  }
  bytes.resize(size);
  return bytes;
}

inline void MakeFile(const std::string& path, std::string_view bytes) { NewFile(path).WriteAt(0, bytes); }

inline void MakeDirectory(const std::string& path) { Require(mkdir(path.c_str(), 0755), path); }

inline void MakeLink(const std::string& from, const std::string& to) {
  Require(linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0), to);
}

inline void MakeSymlink(const std::string& target, const std::string& path) {
  Permitted(symlink(target.c_str(), path.c_str()), path);
}

inline bool MakeNode(const std::string& path, mode_t mode, dev_t device = 0) {
  return Permitted(mknod(path.c_str(), mode, device), path);
}

inline void SetXattr(const std::string& path, const std::string& name, const std::string& value) {
  Permitted(lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0), path + ": " + name);
}

inline std::string LittleEndian(uint32_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

// A vfs_cap_data of revision 2 (or 3, with the owner of the namespace) granting CAP_NET_RAW,
// effective.
inline std::string NetRawCapability(std::optional<uint32_t> namespace_root) {
  const uint32_t revision = namespace_root ? 0x03000000 : 0x02000000;
  std::string bytes = LittleEndian(revision | 1, 4) + LittleEndian(1u << 13, 4) + std::string(12, '\0');
  return namespace_root ? bytes + LittleEndian(*namespace_root, 4) : bytes;
}

// A posix_acl_xattr of version 2: user::rwx, two named users, group::r-x, a named group, mask,
// other.
inline std::string Acl(uint32_t user, uint32_t group) {
  struct {
    uint32_t tag, permissions, id;
  } const entries[] = {{0x01, 7, UINT32_MAX}, {0x02, 6, 1},          {0x02, 4, user},      {0x04, 5, UINT32_MAX},
                       {0x08, 7, group},      {0x10, 7, UINT32_MAX}, {0x20, 0, UINT32_MAX}};
  std::string bytes = LittleEndian(2, 4);
  for (const auto& entry : entries) {
    bytes += LittleEndian(entry.tag, 2) + LittleEndian(entry.permissions, 2) + LittleEndian(entry.id, 4);
  }
  return bytes;
}

struct Island {
  off_t offset;
  size_t size;
};

inline void MakeSparseFile(const std::string& path, off_t size, const std::vector<Island>& islands) {
  NewFile file(path);
  if (!Permitted(ftruncate(file.fd(), size), path)) {
    Require(unlink(path.c_str()), path);
    return;
  }
  for (const Island& island : islands) {
    file.WriteAt(island.offset, Noise(island.size, static_cast<uint64_t>(island.offset)));
  }
}

inline void SetMtime(const std::string& path, timespec mtime) {
  const timespec times[2] = {{0, UTIME_OMIT}, mtime};
  Require(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), path);
}

// An mtime that is computed from the path, so that it does not depend on the order of the walk. All
// names of an inode have the same mtime.
inline timespec StableMtime(const std::string& path, const struct stat& stat) {
  const bool linked = !S_ISDIR(stat.st_mode) && stat.st_nlink > 1;
  uint64_t hash = 14695981039346656037u;
  for (unsigned char byte : linked ? std::to_string(stat.st_size) : path) {
    hash = (hash ^ byte) * 1099511628211u;
  }
  return {static_cast<time_t>(1000000000 + (hash >> 32) % 700000000), static_cast<long>(hash % 1000000000)};
}

}  // namespace rootstream

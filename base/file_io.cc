#include "base/file_io.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

namespace rootstream {

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) close(fd_);
}

Error ErrnoError(const std::string& what, const std::string& path, int error) {
  const ErrorKind kind = error == ENOENT ? ErrorKind::kMissing : ErrorKind::kFailed;
  return {kind, what + " " + path + ": " + strerror(error)};
}

Error ErrnoError(const std::string& what, const std::string& path) { return ErrnoError(what, path, errno); }

Result<UniqueFd> OpenFile(const std::string& path, int flags, unsigned mode) {
  UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) return ErrnoError("cannot open", path);
  return fd;
}

int64_t ReadFullyAt(int fd, std::span<char> out, uint64_t offset) {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = pread(fd, out.data() + done, out.size() - done, offset + done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += n;
  }
  return static_cast<int64_t>(done);
}

bool WriteFullyAt(int fd, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), offset);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(n);
    offset += n;
  }
  return true;
}

Result<std::string> ReadWholeFile(const std::string& path, size_t limit) {
  // O_NONBLOCK: opening a FIFO must not block; pread(2) then refuses it.
  RS_TRY(const UniqueFd fd, OpenFile(path, O_RDONLY | O_NONBLOCK));
  std::string bytes;
  while (true) {
    const size_t size = bytes.size();
    bytes.resize(size + 64 * 1024);
    const int64_t n = ReadFullyAt(fd.get(), std::span(bytes).subspan(size), size);
    if (n < 0) return ErrnoError("cannot read", path);
    bytes.resize(size + n);
    if (bytes.size() > limit) return Invalid("cannot read " + path + ": it is too large");
    if (n == 0) return bytes;
  }
}

Status WriteFileAtomically(const std::string& path, std::string_view bytes, unsigned mode) {
  std::string temporary = path + "~XXXXXX";
  const UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return ErrnoError("cannot write", path);
  const bool written = fchmod(fd.get(), mode) == 0 && WriteFullyAt(fd.get(), bytes, 0) && fsync(fd.get()) == 0;
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = ErrnoError("cannot write", path);
    unlink(temporary.c_str());
    return error;
  }
  return SyncFolder(std::filesystem::path(path).parent_path());
}

Result<std::vector<std::string>> NamesIn(const std::string& folder) {
  const UniqueFd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return ErrnoError("cannot list", folder);
  return NamesIn(fd.get(), folder);
}

Result<std::vector<std::string>> NamesIn(int folder, const std::string& shown) {
  struct CloseFolder {
    void operator()(DIR* d) const { closedir(d); }
  };
  const std::unique_ptr<DIR, CloseFolder> dir(fdopendir(fcntl(folder, F_DUPFD_CLOEXEC, 0)));
  if (dir == nullptr) return ErrnoError("cannot list", shown);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return ErrnoError("cannot list", shown);
  std::sort(names.begin(), names.end());
  return names;
}

Status MakeFolders(const std::string& path, unsigned mode) {
  if (mkdir(path.c_str(), mode) == 0) return Ok();
  if (errno == ENOENT) {
    const std::string parent = std::filesystem::path(path).parent_path();
    if (parent.empty() || parent == path) return ErrnoError("cannot make folder", path);
    RS_CHECK(MakeFolders(parent, mode));
    if (mkdir(path.c_str(), mode) == 0) return Ok();
  }
  if (errno != EEXIST) return ErrnoError("cannot make folder", path);
  struct stat st;
  if (stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode)) return ErrnoError("cannot make folder", path, ENOTDIR);
  return Ok();
}

Status SyncFolder(const std::string& path) {
  RS_TRY(const UniqueFd fd, OpenFile(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY));
  if (fsync(fd.get()) != 0 && errno != EINVAL) return ErrnoError("cannot sync", path);
  return Ok();
}

}  // namespace rootstream

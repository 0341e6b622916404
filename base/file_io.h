// Small pieces of file input and output that report what failed on which file, and why. Any thread may call it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rootstream {

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }  // who takes it closes it
  void Close() { UniqueFd().swap(*this); }
  void swap(UniqueFd& other) { std::swap(fd_, other.fd_); }

 private:
  int fd_ = -1;
};

// "what path: reason of errno"; kMissing for ENOENT, else kFailed.
Error ErrnoError(const std::string& what, const std::string& path);
Error ErrnoError(const std::string& what, const std::string& path, int error);

Result<UniqueFd> OpenFile(const std::string& path, int flags, unsigned mode = 0644);

// Reads until `out` is full or the file ends; the number of bytes read, or -1 and errno.
int64_t ReadFullyAt(int fd, std::span<char> out, uint64_t offset);
bool WriteFullyAt(int fd, std::string_view bytes, uint64_t offset);  // false and errno

Result<std::string> ReadWholeFile(const std::string& path, size_t limit);

// Through a temporary file beside it, whose name has a '~': after a crash the old or the new contents are there, whole.
Status WriteFileAtomically(const std::string& path, std::string_view bytes, unsigned mode = 0644);

// What is in a folder, "." and ".." left out, sorted as bytes. `folder`: its path, or an open descriptor
// and the name that errors show.
Result<std::vector<std::string>> NamesIn(const std::string& folder);
Result<std::vector<std::string>> NamesIn(int folder, const std::string& shown);

Status MakeFolders(const std::string& path, unsigned mode = 0755);  // with its parents
Status SyncFolder(const std::string& path);

}  // namespace rootstream

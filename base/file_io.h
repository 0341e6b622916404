// File input and output whose errors name the operation, the file and the reason. Thread-safe.
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
  int Release() { return std::exchange(fd_, -1); }  // the caller closes it
  void Close() { UniqueFd().swap(*this); }
  void swap(UniqueFd& other) { std::swap(fd_, other.fd_); }

 private:
  int fd_ = -1;
};

// The error "WHAT PATH: reason of errno". kMissing for ENOENT, else kFailed.
Error ErrnoError(const std::string& what, const std::string& path);
Error ErrnoError(const std::string& what, const std::string& path, int error);

Result<UniqueFd> OpenFile(const std::string& path, int flags, unsigned mode = 0644);

// Reads until `out` is full or the file ends. Returns the number of bytes, or -1 with errno set.
int64_t ReadFullyAt(int fd, std::span<char> out, uint64_t offset);
bool WriteFullyAt(int fd, std::string_view bytes, uint64_t offset);  // false with errno set

Result<std::string> ReadWholeFile(const std::string& path, size_t limit);

// Writes a temporary file beside it ("NAME~XXXXXX"), syncs it and renames it. After a crash, the file has the old or
// the new contents.
Status WriteFileAtomically(const std::string& path, std::string_view bytes, unsigned mode = 0644);

// The names in a folder except "." and "..", sorted as bytes. The folder is given by its path, or by an open descriptor
// and the name that errors show.
Result<std::vector<std::string>> NamesIn(const std::string& folder);
Result<std::vector<std::string>> NamesIn(int folder, const std::string& shown);

Status MakeFolders(const std::string& path, unsigned mode = 0755);  // with its parents
Status SyncFolder(const std::string& path);

}  // namespace rootstream

// Spool: a temporary file, written once and read many times. It lies in $TMPDIR or /var/tmp and has no name, so the
// kernel removes it however the process ends. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file_io.h"

namespace rootstream {

class Spool {
 public:
  static Result<Spool> Create();

  // Return the offset of the bytes.
  Result<uint64_t> Append(std::string_view bytes);
  Result<uint64_t> AppendSized(std::string_view bytes);  // after their length, for ReadSized()
  Result<std::string> Read(uint64_t offset, size_t size);
  // The bytes of an AppendSized() at `offset`, which is moved to the end of them.
  Result<std::string> ReadSized(uint64_t& offset);
  uint64_t size() const { return written_ + pending_.size(); }

 private:
  explicit Spool(UniqueFd fd) : fd_(std::move(fd)) {}
  Status Flush();

  UniqueFd fd_;
  uint64_t written_ = 0;
  std::string pending_;
  std::string window_;  // read ahead, from window_at_ on
  uint64_t window_at_ = 0;
};

}  // namespace rootstream

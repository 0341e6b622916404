// BlockAligner: turns the parts of a file that a source delivers into whole blocks. Where a hole ends inside a block,
// the block is filled with zeros. Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

class BlockAligner {
 public:
  // Receives one or more whole blocks, or the last part of the file. The offset is a multiple of `block`.
  using Sink = std::function<Status(uint64_t offset, std::string_view bytes)>;

  BlockAligner(uint64_t file_size, uint64_t block, Sink sink)
      : file_size_(file_size), block_(block), sink_(std::move(sink)) {}

  Status Add(uint64_t offset, std::string_view bytes) {
    if (offset != at_ + buffer_.size()) RS_CHECK(Jump(offset));
    if (buffer_.empty()) {  // whole blocks need no copy
      const bool is_end = at_ + bytes.size() == file_size_;
      const size_t whole = is_end ? bytes.size() : bytes.size() / block_ * block_;
      if (whole > 0) RS_CHECK(sink_(at_, bytes.substr(0, whole)));
      at_ += whole;
      bytes.remove_prefix(whole);
    }
    buffer_ += bytes;
    return buffer_.size() < kPiece ? Ok() : Flush(buffer_.size() / block_ * block_);
  }

  Status Finish() { return Jump(file_size_); }

 private:
  static constexpr size_t kPiece = 256 << 10;

  Status Jump(uint64_t offset) {
    if (!buffer_.empty()) {
      const uint64_t end = at_ + (buffer_.size() + block_ - 1) / block_ * block_;
      buffer_.resize(std::min({end, offset, file_size_}) - at_, '\0');
      const bool in_block = offset < end && offset < file_size_;
      if (in_block) return Ok();
      RS_CHECK(Flush(buffer_.size()));
    }
    at_ = offset / block_ * block_;
    buffer_.assign(offset < file_size_ ? offset - at_ : 0, '\0');
    return Ok();
  }

  Status Flush(size_t size) {
    if (size > 0) RS_CHECK(sink_(at_, std::string_view(buffer_).substr(0, size)));
    at_ += size;
    buffer_.erase(0, size);
    return Ok();
  }

  const uint64_t file_size_;
  const uint64_t block_;
  const Sink sink_;
  uint64_t at_ = 0;  // file offset of the buffer, a multiple of the block size
  std::string buffer_;
};

}  // namespace rootstream

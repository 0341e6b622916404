// Compresses and decompresses objects. The stored form is one zstd frame (RFC 8878); the SHA-256 of the frame is the
// object's id. A Compressor is used by one thread at a time.
//
// Content chunks and parts of shards have the same form. Decompress() accepts only VerifiedBytes, and only Verify()
// makes those, so unverified bytes never reach zstd.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "format/id.h"

namespace rootstream {

// Compresses at one level. Reusable. Not thread-safe.
class Compressor {
 public:
  explicit Compressor(int level);  // zstd level 1 to 22
  ~Compressor();
  Compressor(Compressor&&) noexcept;

  std::string Compress(std::string_view plain);  // the stored bytes: one frame that states its content size

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Stored bytes whose id was checked. Refers to the caller's bytes.
class VerifiedBytes {
 public:
  std::string_view view() const { return bytes_; }

 private:
  explicit VerifiedBytes(std::string_view bytes) : bytes_(bytes) {}
  friend Result<VerifiedBytes> Verify(std::string_view stored, const Id& id);
  std::string_view bytes_;
};

Result<VerifiedBytes> Verify(std::string_view stored, const Id& id);  // kCorrupt

// Decompresses into `out`, whose size must be that of the plain bytes. kCorrupt otherwise.
Status DecompressInto(VerifiedBytes stored, std::span<char> out);

// The plain bytes of an object, shared and immutable.
using PlainBytes = std::shared_ptr<const std::string>;

// Decompresses into a new string. `plain_size` comes from the reference of the object.
Result<std::string> Decompress(VerifiedBytes stored, size_t plain_size);

}  // namespace rootstream

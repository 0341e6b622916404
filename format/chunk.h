// Sealing: plain bytes become one zstd frame (RFC 8878) whose SHA-256 is the object's id. A Sealer is used by one
// thread at a time.
//
// Content chunks and shard parts are sealed alike. Open() takes only bytes whose id was checked: a
// VerifiedBytes cannot be made in any other way than by Verify(), so unverified bytes never reach zstd.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "format/id.h"

namespace rootstream {

// Compresses at one level; reusable, not thread-safe.
class Sealer {
 public:
  explicit Sealer(int level);  // zstd level 1 to 22
  ~Sealer();
  Sealer(Sealer&&) noexcept;

  std::string Seal(std::string_view plain);  // the stored bytes: one frame that states its content size

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Stored bytes that have the id they were asked for. Refers to the caller's bytes.
class VerifiedBytes {
 public:
  std::string_view view() const { return bytes_; }

 private:
  explicit VerifiedBytes(std::string_view bytes) : bytes_(bytes) {}
  friend Result<VerifiedBytes> Verify(std::string_view stored, const Id& id);
  std::string_view bytes_;
};

Result<VerifiedBytes> Verify(std::string_view stored, const Id& id);  // kCorrupt

// The plain bytes into `out`, which must be exactly as long as they are. kCorrupt otherwise.
Status OpenInto(VerifiedBytes stored, std::span<char> out);

// The plain bytes of an object, shared by all that use them. They never change.
using PlainBytes = std::shared_ptr<const std::string>;

// The same into a new string; `plain_size` comes from the object's reference.
Result<std::string> Open(VerifiedBytes stored, size_t plain_size);

}  // namespace rootstream

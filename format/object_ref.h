// Where an object lies, and what it must hash to. Not thread-safe.
//
// A reference inside an object may name the very pack that holds it, whose hash cannot be known yet:
// pack number 0 says "the pack I lie in"; number k says entry k - 1 of the pack table that precedes
// the references. docs/format.md, "References".
#pragma once

#include <vector>

#include "format/bytes.h"
#include "format/id.h"

namespace rootstream {

struct ObjectRef {
  Id id;                     // SHA-256 of the stored bytes
  Id pack;                   // SHA-256 of the pack; all zero: the pack that holds the referrer
  uint64_t offset = 0;       // of the stored bytes in the pack
  uint32_t stored_size = 0;  // bytes
  uint32_t plain_size = 0;   // bytes

  auto operator<=>(const ObjectRef&) const = default;
  bool in_own_pack() const { return pack == Id{}; }
};

inline constexpr size_t kPackHeaderSize = 16;
std::string PackHeader();  // what every pack begins with
bool IsPackHeader(std::string_view bytes);

// Path of a pack below the store: "packs/ab/abcd…".
std::string PackPath(const Id& pack);

// The packs that a group of references names, each once, in order of first use.
class PackTable {
 public:
  void Add(const Id& pack);
  void EncodeTo(Encoder& out) const;
  static PackTable Decode(Decoder& in, size_t limit);

  void EncodeRef(const ObjectRef& ref, Encoder& out) const;
  // Fails the decoder on a number outside the table or a size above the limits.
  ObjectRef DecodeRef(Decoder& in, size_t max_plain) const;

 private:
  std::vector<Id> packs_;
};

// `ref` as seen from outside: its own-pack mark replaced by `holder`.
ObjectRef Resolve(ObjectRef ref, const Id& holder);

}  // namespace rootstream

// ContentIndex: finds the stream position of small files' contents, to store each content once. It needs 28 bytes a
// file, so that millions of files fit into memory. Keys are the first 20 bytes of the content's SHA-256. Not
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "format/id.h"

namespace rootstream {

class ContentIndex {
 public:
  static constexpr uint64_t kNone = UINT64_MAX;

  // Returns the position of this content; if it is new, stores `position` and returns kNone.
  uint64_t FindOrAdd(const Id& hash, uint64_t position);

 private:
  struct [[gnu::packed]] Slot {
    std::array<uint8_t, 20> key;
    uint64_t position;
  };
  // Grown one at a time, so that growing does not double the memory for all.
  struct Part {
    std::vector<Slot> slots;
    size_t used = 0;
  };
  static size_t Place(const Part& part, const Id& hash);
  static void Grow(Part& part);

  std::array<Part, 64> parts_;
};

}  // namespace rootstream

#include "chunker/content_index.h"

#include <algorithm>
#include <cstring>

namespace rootstream {
namespace {

constexpr size_t kFirstSlots = 16;

size_t HashOf(const uint8_t* key) {
  uint32_t h;
  std::memcpy(&h, key + 1, sizeof h);
  return h;
}

}  // namespace

size_t ContentIndex::Place(const Part& part, const Id& hash) {
  size_t at = HashOf(hash.bytes.data()) % part.slots.size();
  while (part.slots[at].position != kNone && std::memcmp(part.slots[at].key.data(), hash.bytes.data(), 20) != 0)
    at = at + 1 == part.slots.size() ? 0 : at + 1;
  return at;
}

void ContentIndex::Grow(Part& part) {
  std::vector<Slot> before = std::move(part.slots);
  const size_t size = std::max(kFirstSlots, before.size() + before.size() / 2);
  part.slots.assign(size, Slot{{}, kNone});
  for (const Slot& slot : before) {
    if (slot.position == kNone) continue;
    Id hash;
    std::copy(slot.key.begin(), slot.key.end(), hash.bytes.begin());
    part.slots[Place(part, hash)] = slot;
  }
}

uint64_t ContentIndex::FindOrAdd(const Id& hash, uint64_t position) {
  Part& part = parts_[hash.bytes[0] % parts_.size()];
  if (part.used * 10 >= part.slots.size() * 8) Grow(part);
  Slot& slot = part.slots[Place(part, hash)];
  if (slot.position != kNone) return slot.position;
  std::copy_n(hash.bytes.begin(), slot.key.size(), slot.key.begin());
  slot.position = position;
  ++part.used;
  return kNone;
}

}  // namespace rootstream

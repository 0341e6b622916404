#include "chunker/fastcdc.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace rootstream {
namespace {

constexpr int kNormalisation = 2;  // bits more in the mask before the average size, fewer after it

// Part of how stores deduplicate, so it must never change: 256 words of SplitMix64 from seed 0.
constexpr std::array<uint64_t, 256> MakeGear() {
  std::array<uint64_t, 256> gear{};
  uint64_t state = 0;
  for (uint64_t& word : gear) {
    state += 0x9e3779b97f4a7c15;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
  return gear;
}
constexpr std::array<uint64_t, 256> kGear = MakeGear();

// The top `bits` bits: those that the last 64 bytes have all worked on.
constexpr uint64_t Mask(int bits) { return ~uint64_t{0} << (64 - bits); }

}  // namespace

size_t FirstCut(std::string_view bytes, const CutSizes& sizes) {
  if (bytes.size() <= sizes.minimum()) return bytes.size();
  const int bits = std::bit_width(sizes.average) - 1;
  const uint64_t hard = Mask(bits + kNormalisation);
  const uint64_t easy = Mask(bits - kNormalisation);
  const size_t end = std::min(bytes.size(), sizes.maximum());
  const size_t middle = std::min(end, sizes.average);
  uint64_t hash = 0;
  size_t at = sizes.minimum();
  for (; at < middle; ++at) {
    hash = (hash << 1) + kGear[static_cast<uint8_t>(bytes[at])];
    if ((hash & hard) == 0) return at + 1;
  }
  for (; at < end; ++at) {
    hash = (hash << 1) + kGear[static_cast<uint8_t>(bytes[at])];
    if ((hash & easy) == 0) return at + 1;
  }
  return end;
}

}  // namespace rootstream

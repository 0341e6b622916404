#include "format/bytes.h"

namespace rootstream {

void Encoder::Fixed(uint64_t v, int width) {
  for (int i = 0; i < width; ++i) U8(static_cast<uint8_t>(v >> (8 * i)));
}

void Encoder::Varint(uint64_t v) {
  for (; v >= 0x80; v >>= 7) U8(static_cast<uint8_t>(v | 0x80));
  U8(static_cast<uint8_t>(v));
}

void Encoder::Zigzag(int64_t v) { Varint((static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63)); }

void Encoder::Bytes(std::string_view bytes) {
  Varint(bytes.size());
  Raw(bytes);
}

uint64_t Decoder::Fixed(int width) {
  const std::string_view raw = Raw(width);
  uint64_t v = 0;
  for (size_t i = 0; i < raw.size(); ++i) v |= uint64_t{static_cast<uint8_t>(raw[i])} << (8 * i);
  return v;
}

uint64_t Decoder::Varint() {
  uint64_t v = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    const uint8_t byte = U8();
    if (!ok_) return 0;
    const bool overflows = shift == 63 && byte > 1;
    const bool padded = shift > 0 && byte == 0;  // each value has exactly one encoding
    if (overflows || padded) break;
    v |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return v;
  }
  Fail();
  return 0;
}

int64_t Decoder::Zigzag() {
  const uint64_t v = Varint();
  return static_cast<int64_t>((v >> 1) ^ (~(v & 1) + 1));
}

std::string_view Decoder::Raw(size_t size) {
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view out = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return out;
}

std::string_view Decoder::Bytes(size_t limit) { return Raw(Count(limit)); }

uint64_t Decoder::Count(uint64_t limit) {
  const uint64_t n = Varint();
  if (n <= limit) return n;
  Fail();
  return 0;
}

}  // namespace rootstream

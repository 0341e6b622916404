// Little-endian encoding of the format's integers and byte strings. Not thread-safe.
//
// Encoder appends to a string. Decoder reads untrusted bytes. A single read never fails: it returns zero and makes ok()
// false. Callers check ok() once, after the last read, before they use the values. A length is compared with the
// remaining bytes before memory is allocated for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rootstream {

class Encoder {
 public:
  void U8(uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void U32(uint32_t v) { Fixed(v, 4); }
  void U64(uint64_t v) { Fixed(v, 8); }
  void Varint(uint64_t v);  // LEB128, 7 bits a byte, low first
  void Zigzag(int64_t v);   // sign in bit 0, then Varint
  void Raw(std::string_view bytes) { out_.append(bytes); }
  void Bytes(std::string_view bytes);  // Varint length, then the bytes

  const std::string& bytes() const { return out_; }
  std::string Take() { return std::move(out_); }

 private:
  void Fixed(uint64_t v, int width);
  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  uint8_t U8() { return static_cast<uint8_t>(Fixed(1)); }
  uint32_t U32() { return static_cast<uint32_t>(Fixed(4)); }
  uint64_t U64() { return Fixed(8); }
  uint64_t Varint();
  int64_t Zigzag();
  std::string_view Raw(size_t size);
  std::string_view Bytes(size_t limit);  // not ok above `limit`
  uint64_t Count(uint64_t limit);        // a Varint that is not ok above `limit`

  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }
  size_t remaining() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }

 private:
  uint64_t Fixed(int width);
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace rootstream

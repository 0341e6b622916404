// Id: a SHA-256 (FIPS 180-4). Names chunks, shard parts, packs, manifests and keys. Values; a Sha256Stream is used by
// one thread at a time.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rootstream {

inline constexpr size_t kIdSize = 32;

struct Id {
  std::array<uint8_t, kIdSize> bytes{};

  auto operator<=>(const Id&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), kIdSize}; }
  std::string Hex() const;  // 64 lower-case digits
};

Id IdFromBytes(std::string_view raw);                  // raw.size() must be kIdSize
std::optional<Id> IdFromHex(std::string_view digits);  // exactly 64 lower-case digits

std::string Hex(std::string_view bytes);

Id Sha256(std::string_view bytes);

// Sha256 over bytes that come in pieces. Not thread-safe.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void Update(std::string_view bytes);
  Id Finish();  // and starts over

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct IdHash {
  size_t operator()(const Id& id) const {
    size_t h;
    std::memcpy(&h, id.bytes.data(), sizeof h);
    return h;
  }
};

}  // namespace rootstream

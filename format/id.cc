#include "format/id.h"

#include <openssl/evp.h>

#include <cassert>

namespace rootstream {
namespace {

int Nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Fetched once: an implicit fetch for every digest costs more than hashing a small object.
const EVP_MD* Sha256Method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

}  // namespace

struct Sha256Stream::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex2(state_->context, Sha256Method(), nullptr);
}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::Update(std::string_view bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

Id Sha256Stream::Finish() {
  Id id;
  EVP_DigestFinal_ex(state_->context, id.bytes.data(), nullptr);
  EVP_DigestInit_ex2(state_->context, nullptr, nullptr);
  return id;
}

Id Sha256(std::string_view bytes) {
  thread_local Sha256Stream stream;
  stream.Update(bytes);
  return stream.Finish();
}

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

std::string Id::Hex() const { return rootstream::Hex(view()); }

Id IdFromBytes(std::string_view raw) {
  assert(raw.size() == kIdSize);
  Id id;
  std::memcpy(id.bytes.data(), raw.data(), kIdSize);
  return id;
}

std::optional<Id> IdFromHex(std::string_view digits) {
  if (digits.size() != 2 * kIdSize) return std::nullopt;
  Id id;
  for (size_t i = 0; i < kIdSize; ++i) {
    const int high = Nibble(digits[2 * i]);
    const int low = Nibble(digits[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return id;
}

}  // namespace rootstream

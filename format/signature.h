// Ed25519 keys and signatures (RFC 8032), as OpenSSL's tools read and write them (PEM: PKCS #8 and
// SubjectPublicKeyInfo, RFC 8410). Immutable, so any thread may use it.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct PublicKey {
  std::array<uint8_t, 32> bytes{};
  auto operator<=>(const PublicKey&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), 32}; }
};

struct Signature {
  PublicKey key;
  std::array<uint8_t, 64> bytes{};
  bool operator==(const Signature&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), 64}; }
};

// A private key. Signing does not change it; safe to share between threads.
class SigningKey {
 public:
  static SigningKey Generate();
  static Result<SigningKey> FromPem(std::string_view pem);  // kInvalid
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  std::string ToPem() const;
  PublicKey public_key() const;
  Signature Sign(std::string_view message) const;

 private:
  struct State;
  explicit SigningKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

Result<PublicKey> PublicKeyFromPem(std::string_view pem);  // kInvalid
std::string PublicKeyToPem(const PublicKey& key);

bool VerifySignature(const Signature& signature, std::string_view message);

}  // namespace rootstream

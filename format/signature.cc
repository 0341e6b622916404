#include "format/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstring>

namespace rootstream {
namespace {

template <auto fn>
struct FreeWith {
  template <typename T>
  void operator()(T* p) const {
    fn(p);
  }
};
using UniqueKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using UniqueContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using UniqueBio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

const uint8_t* Bytes(std::string_view s) { return reinterpret_cast<const uint8_t*>(s.data()); }

UniqueBio ReadBio(std::string_view text) {
  return UniqueBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string Contents(const UniqueBio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

PublicKey RawPublicKey(const EVP_PKEY* key) {
  PublicKey out;
  size_t size = out.bytes.size();
  EVP_PKEY_get_raw_public_key(key, out.bytes.data(), &size);
  return out;
}

bool IsEd25519(const UniqueKey& key) { return key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519; }

// Of several keys only the first would be read.
bool HoldsSeveral(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  const size_t first = pem.find(kBegin);
  return first != std::string_view::npos && pem.find(kBegin, first + 1) != std::string_view::npos;
}

// Refuses to ask a terminal for the password of an encrypted key.
int NoPassword(char*, int, int, void*) { return -1; }

}  // namespace

struct SigningKey::State {
  UniqueKey key;
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

SigningKey SigningKey::Generate() {
  return SigningKey(std::make_unique<State>(State{UniqueKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))}));
}

Result<SigningKey> SigningKey::FromPem(std::string_view pem) {
  if (HoldsSeveral(pem)) return Invalid("it holds several keys: each needs a file of its own");
  UniqueKey key(PEM_read_bio_PrivateKey(ReadBio(pem).get(), nullptr, NoPassword, nullptr));
  if (!IsEd25519(key)) return Invalid("not an unencrypted Ed25519 private key in PEM");
  return SigningKey(std::make_unique<State>(State{std::move(key)}));
}

std::string SigningKey::ToPem() const {
  const UniqueBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return Contents(bio);
}

PublicKey SigningKey::public_key() const { return RawPublicKey(state_->key.get()); }

Signature SigningKey::Sign(std::string_view message) const {
  Signature out{.key = public_key()};
  size_t size = out.bytes.size();
  const UniqueContext context(EVP_MD_CTX_new());
  EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get());
  EVP_DigestSign(context.get(), out.bytes.data(), &size, Bytes(message), message.size());
  return out;
}

Result<PublicKey> PublicKeyFromPem(std::string_view pem) {
  if (HoldsSeveral(pem)) return Invalid("it holds several keys: each needs a file of its own");
  const UniqueKey key(PEM_read_bio_PUBKEY(ReadBio(pem).get(), nullptr, NoPassword, nullptr));
  if (!IsEd25519(key)) return Invalid("not an Ed25519 public key in PEM");
  return RawPublicKey(key.get());
}

std::string PublicKeyToPem(const PublicKey& key) {
  const UniqueKey raw(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  const UniqueBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), raw.get());
  return Contents(bio);
}

bool VerifySignature(const Signature& signature, std::string_view message) {
  const UniqueKey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, signature.key.bytes.data(), 32));
  const UniqueContext context(EVP_MD_CTX_new());
  return key != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.bytes.data(), signature.bytes.size(), Bytes(message),
                          message.size()) == 1;
}

}  // namespace rootstream

#include "format/ref.h"

#include <algorithm>
#include <set>

#include "format/limits.h"

namespace rootstream {
namespace {

// Opens the body, so that a signature can never be taken for one over something else.
constexpr std::string_view kBodyMagic = "rootstream ref\n";
constexpr std::string_view kRefMagic = "RSRF";

// Distinct keys that are trusted, allowed by the manifest, and signed this body.
size_t CountTrusted(const Ref& ref, const Manifest& manifest, const TrustPolicy& policy) {
  std::set<PublicKey> good;
  for (const Signature& signature : ref.signatures) {
    const auto has = [&](const std::vector<PublicKey>& keys) {
      return std::find(keys.begin(), keys.end(), signature.key) != keys.end();
    };
    if (has(policy.keys) && has(manifest.keys) && VerifySignature(signature, ref.body)) good.insert(signature.key);
  }
  return good.size();
}

Status CheckSignatures(const Ref& ref, const Manifest& manifest, const TrustPolicy& policy) {
  if (policy.insecure) return Ok();
  const size_t good = CountTrusted(ref, manifest, policy);
  if (good == 0) return Untrusted("it is not signed by a trusted key");
  const size_t distinct = std::set<PublicKey>(policy.keys.begin(), policy.keys.end()).size();
  const size_t threshold = std::max(manifest.threshold, policy.minimum_threshold);
  const size_t needed = std::min(threshold, distinct);
  if (good < needed)
    return Untrusted("it has " + std::to_string(good) + " trusted signatures and needs " + std::to_string(needed));
  return Ok();
}

Status CheckSerial(const RefBody& body, const TrustPolicy& policy) {
  const uint64_t needed = std::max(policy.minimum_serial, body.minimum_serial);
  if (body.serial >= needed) return Ok();
  return Untrusted("its serial " + std::to_string(body.serial) + " is lower than " + std::to_string(needed) +
                   ", which was seen before: an old copy");
}

}  // namespace

std::string RefBody::Encode() const {
  Encoder out;
  out.Raw(kBodyMagic);
  out.U32(kFormatVersion);
  out.Bytes(image.name);
  out.Bytes(image.tag);
  out.Varint(serial);
  out.Zigzag(issued);
  out.Zigzag(expires);
  out.Varint(minimum_serial);
  out.Varint(mirrors.size());
  for (const std::string& mirror : mirrors) out.Bytes(mirror);
  out.Bytes(manifest);
  return out.Take();
}

std::string Ref::Encode() const {
  Encoder out;
  out.Raw(kRefMagic);
  out.U8(kFormatVersion);
  out.Bytes(body);
  out.Varint(signatures.size());
  for (const Signature& signature : signatures) {
    out.Raw(signature.key.view());
    out.Raw(signature.view());
  }
  return out.Take();
}

Result<Ref> Ref::Decode(std::string_view bytes) {
  if (bytes.size() > kMaxRef) return Corrupt("too large for a ref");
  Decoder in(bytes);
  if (in.Raw(4) != kRefMagic) return Corrupt("not a ref");
  if (const uint8_t version = in.U8(); in.ok() && version != kFormatVersion)
    return Invalid("its format version " + std::to_string(version) + " is not known here");
  Ref ref;
  ref.body = in.Bytes(kMaxRef);
  const uint64_t count = in.Count(kMaxSignatures);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view key = in.Raw(32);
    const std::string_view raw = in.Raw(64);
    if (!in.ok()) break;
    Signature signature;
    std::copy(key.begin(), key.end(), signature.key.bytes.begin());
    std::copy(raw.begin(), raw.end(), signature.bytes.begin());
    ref.signatures.push_back(signature);
  }
  if (!in.AtEnd()) return Corrupt("a damaged ref");
  return ref;
}

Result<RefBody> Ref::DecodeBody(std::string_view bytes) {
  Decoder in(bytes);
  if (in.Raw(kBodyMagic.size()) != kBodyMagic) return Corrupt("not a ref");
  if (const uint32_t version = in.U32(); in.ok() && version != kFormatVersion)
    return Invalid("its format version " + std::to_string(version) + " is not known here");
  RefBody body;
  const std::string name(in.Bytes(kMaxName));
  const std::string tag(in.Bytes(kMaxName));
  body.serial = in.Varint();
  body.issued = in.Zigzag();
  body.expires = in.Zigzag();
  body.minimum_serial = in.Varint();
  const uint64_t mirrors = in.Count(kMaxMirrors);
  for (uint64_t i = 0; i < mirrors && in.ok(); ++i) body.mirrors.emplace_back(in.Bytes(kMaxString));
  body.manifest = in.Bytes(kMaxManifest);
  if (!in.AtEnd()) return Corrupt("a damaged ref");
  auto image = ParseImageName(name + ":" + tag);
  if (!image.ok()) return Corrupt("a damaged ref");
  body.image = *image;
  return body;
}

Result<RefBody> BodyOfRef(std::string_view bytes) {
  RS_TRY(const Ref ref, Ref::Decode(bytes));
  return Ref::DecodeBody(ref.body);
}

Result<TrustedRef> CheckRef(std::string_view bytes, const ImageName& expected, const TrustPolicy& policy) {
  RS_TRY(const Ref ref, Ref::Decode(bytes));
  RS_TRY(RefBody body, Ref::DecodeBody(ref.body));
  if (body.image != expected) return Untrusted("it is the ref of another image, " + body.image.ToString());
  RS_TRY(Manifest manifest, Manifest::Decode(body.manifest));
  RS_CHECK(CheckSignatures(ref, manifest, policy));
  RS_CHECK(CheckSerial(body, policy));
  if (body.expires != 0 && body.expires < policy.now)
    return Untrusted("it expired " + std::to_string((policy.now - body.expires) / 3600) + " hours ago");
  const Id id = Sha256(body.manifest);
  return TrustedRef{std::move(body), std::move(manifest), id, std::string(bytes)};
}

bool IsSignedByOneOf(const Ref& ref, const std::vector<PublicKey>& keys) {
  if (keys.empty()) return true;
  for (const Signature& signature : ref.signatures)
    for (const PublicKey& key : keys)
      if (signature.key == key && VerifySignature(signature, ref.body)) return true;
  return false;
}

Ref SignRef(const RefBody& body, std::span<const SigningKey> keys) {
  Ref ref{.body = body.Encode()};
  for (const SigningKey& key : keys) ref.signatures.push_back(key.Sign(ref.body));
  return ref;
}

}  // namespace rootstream

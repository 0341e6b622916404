// Ref: the signed, numbered, expiring pointer from name and tag to a manifest; the only file of a store
// that ever changes. Signatures cover the raw bytes of the body. docs/format.md, "Ref".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/image_name.h"
#include "format/manifest.h"

namespace rootstream {

struct RefBody {
  ImageName image;
  uint64_t serial = 0;               // only grows, from publish to publish
  int64_t issued = 0;                // seconds since 1970
  int64_t expires = 0;               // seconds since 1970; 0: never
  uint64_t minimum_serial = 0;       // no ref of this image with a lower one was or will be meant
  std::vector<std::string> mirrors;  // URLs of stores that hold the same image
  std::string manifest;              // encoded, verbatim

  bool operator==(const RefBody&) const = default;
  std::string Encode() const;
};

struct Ref {
  std::string body;  // as signed
  std::vector<Signature> signatures;

  std::string Encode() const;
  static Result<Ref> Decode(std::string_view bytes);         // kCorrupt
  static Result<RefBody> DecodeBody(std::string_view body);  // kCorrupt, kInvalid
};

// The body of an encoded ref, whoever signed it: for keepers of a store, not for readers of an image. kCorrupt,
// kInvalid.
Result<RefBody> BodyOfRef(std::string_view bytes);

// What stands in place of a ref that was deleted from a bucket, until gc removes it. docs/format.md, "Versions".
inline constexpr std::string_view kDeletedRef = "rootstream: deleted\n";

// A ref whose signatures and name were checked: by construction the only way to an image.
struct TrustedRef {
  RefBody body;
  Manifest manifest;
  Id manifest_id;
  std::string encoded;  // the whole ref
};

struct TrustPolicy {
  std::vector<PublicKey> keys;     // who is trusted
  bool insecure = false;           // take refs that nobody trusted has signed
  uint32_t minimum_threshold = 1;  // the threshold of the last ref accepted for this image
  uint64_t minimum_serial = 0;     // the serial of the last ref accepted for this image
  int64_t now = 0;                 // seconds since 1970, the latest time known to have been reached
};

// Checks, in this order: form, name and tag, signatures, serial, expiry. kCorrupt, kUntrusted,
// kInvalid. Signatures by distinct trusted keys of the manifest's key set must reach the threshold,
// the one remembered included; a single trusted key suffices when the client trusts no more than one.
Result<TrustedRef> CheckRef(std::string_view bytes, const ImageName& expected, const TrustPolicy& policy);

// Whether one of `keys` has signed it, whatever else it may want; true if there are none, since an unsigned
// image is no better than the store it lies in. For publishers, who believe what they signed themselves.
bool IsSignedByOneOf(const Ref& ref, const std::vector<PublicKey>& keys);

Ref SignRef(const RefBody& body, std::span<const SigningKey> keys);

}  // namespace rootstream

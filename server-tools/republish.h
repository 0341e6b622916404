// Signs versions of images anew, without their source: under another tag, after a bad update, or with a later expiry.
//
// What is signed again was signed by the same keys before: somebody who can write to the store must not be able to have
// another tree signed.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "format/signature.h"
#include "store/store.h"

namespace rootstream {

struct Signing {
  std::vector<SigningKey> keys;                  // none: only for an image that is unsigned
  std::optional<std::chrono::seconds> lifetime;  // zero: without end; nullopt: as long as that of the ref before
};

struct Republished {
  ImageName image;
  uint64_t serial = 0;
  uint64_t from_serial = 0;  // the version that has this manifest
  int64_t issued = 0, expires = 0;
  Id manifest;
};

// For all: the caller holds the shared lock. kUntrusted: it is not signed by these keys, or their number does not
// suffice. kMissing: there is no such version, or gc has removed some of it.

// `to` becomes what `from` is now.
Result<Republished> TagImage(const Store& store, const ImageName& from, const ImageName& to, const Signing& signing);
// The image becomes what it was in the version with this serial; nullopt: before the present tree was first published.
Result<Republished> RollBack(const Store& store, const ImageName& image, std::optional<uint64_t> serial,
                             const Signing& signing);
// The image stays as it is, and its expiry begins anew.
Result<Republished> Resign(const Store& store, const ImageName& image, const Signing& signing);

}  // namespace rootstream

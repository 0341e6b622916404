// What a client remembers of each image between runs: the ref it accepted last. So it refuses to go back to an older
// one, or to one with fewer signatures, and opens the image while no origin answers. Any thread may use it: a lock on
// the disk gives each its turn.
//
// Kept in the cache folder, one small file for an image URL in each of two folders, with a checksum: one
// that is damaged or missing is made good by the other. Both are written before a ref counts as
// remembered, whole (a temporary file, then a rename), and under a lock that all clients of the folder
// take; the greater serial stays.
//
// A memory that is gone protects nothing. So it is told apart from one that never was: what is there and
// cannot be read, and a cache with content but without any memory, is lost.
//
//   FOLDER/refs/KEY  FOLDER/refs.copy/KEY  FOLDER/refs.lock
//   KEY: the SHA-256 of the URL, with ".insecure" for what was taken without a signature
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "format/image_name.h"

namespace rootstream {

struct RememberedRef {
  uint64_t serial = 0;
  uint32_t threshold = 1;
  int64_t clock = 0;  // seconds since 1970: when it was accepted, by this machine's clock
  std::string ref;    // encoded
};

enum class RefTrust { kSigned, kInsecure };

class RefMemory {
 public:
  // `folder` empty: remembers nothing. What was taken without a signature is remembered apart, or it
  // would bind those who check.
  explicit RefMemory(std::string folder, RefTrust trust = RefTrust::kSigned)
      : folder_(std::move(folder)), trust_(trust) {}

  bool exists() const { return !folder_.empty(); }
  // nullopt: never seen. kCorrupt: it is lost.
  Result<std::optional<RememberedRef>> Load(const ImageUrl& url) const;
  // kUntrusted: by now another client has a greater serial, which stays. kFailed: it is not remembered.
  Status Save(const ImageUrl& url, const RememberedRef& ref) const;

 private:
  struct Copies;
  Copies Read(const ImageUrl& url) const;
  bool HasContentOnly() const;
  std::string KeyOf(const ImageUrl& url) const;
  Status Write(const ImageUrl& url, const RememberedRef& ref) const;

  const std::string folder_;
  const RefTrust trust_;
};

}  // namespace rootstream

// RefMemory: the ref of each image that a client accepted last, kept between runs. With it, the client refuses an older
// ref and one with fewer signatures, and opens an image while no origin answers. Thread-safe: a lock on the disk
// serialises all users.
//
// Each image URL has one small file with a checksum in each of two folders of the cache folder, so that a damaged or
// missing copy is restored from the other. Both copies are written atomically, under a lock that all clients of the
// folder take, before the ref counts as remembered. Of two writers, the one with the greater serial wins.
//
// A lost memory protects nothing, so it is distinguished from one that never existed. It is lost if a file is there and
// cannot be read, or if the cache has content but no memory at all.
//
//   FOLDER/refs/KEY  FOLDER/refs.copy/KEY  FOLDER/refs.lock
//   KEY: the SHA-256 of the URL; with ".insecure" for refs accepted without a signature
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "format/image_name.h"

namespace rootstream {

struct RememberedRef {
  uint64_t serial = 0;
  uint32_t threshold = 1;
  int64_t clock = 0;  // time of acceptance by this machine's clock, seconds since 1970
  std::string ref;    // encoded
};

enum class RefTrust { kSigned, kInsecure };

class RefMemory {
 public:
  // `folder` empty: remembers nothing. Refs accepted without a signature are kept apart, since they must not bind
  // clients that check signatures.
  explicit RefMemory(std::string folder, RefTrust trust = RefTrust::kSigned)
      : folder_(std::move(folder)), trust_(trust) {}

  bool exists() const { return !folder_.empty(); }
  // nullopt: the image was never seen. kCorrupt: the memory is lost.
  Result<std::optional<RememberedRef>> Load(const ImageUrl& url) const;
  // kUntrusted: another client has remembered a greater serial meanwhile. kFailed: nothing was remembered.
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

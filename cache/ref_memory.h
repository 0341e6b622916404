// What a client remembers of each image between runs: the ref it accepted last. So it refuses to go back
// to an older one, and opens the image while no origin answers. Kept in the cache folder, one small file
// for an image URL; damaged files are as if absent.
#pragma once

#include <optional>
#include <string>

#include "format/image_name.h"
#include "format/result.h"

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

  std::optional<RememberedRef> Load(const ImageUrl& url) const;
  void Save(const ImageUrl& url, const RememberedRef& ref) const;  // as well as it can

 private:
  std::string Path(const ImageUrl& url) const;
  const std::string folder_;
  const RefTrust trust_;
};

}  // namespace rootstream

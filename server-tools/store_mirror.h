// Copying images from one store to another, so that the other serves the same bytes.
//
// For each image: its packs, then its manifest, then its ref, each verified before it has its name.
// The walk over an image's metadata reads the copy, so nothing is fetched twice and no part of a
// pack is asked for. A run that was stopped left whole packs, and parts of packs in tmp/ that the
// next one goes on with; what its refs lead to is there at any moment.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "cache/network/transport.h"
#include "store/store.h"

namespace rootstream {

struct MirrorOptions {
  std::string from;               // a store's URL, or its folder
  std::string to;                 // a store's folder; made if it is missing
  std::vector<ImageName> images;  // none: all, of a folder
  std::vector<PublicKey> keys;
  bool insecure = false;
  std::chrono::seconds patience{60};  // with a server that does not answer
};

struct MirroredImage {
  enum class State { kCopied, kUnchanged, kRefused };
  ImageName name;
  uint64_t serial = 0;
  State state = State::kRefused;
  std::string error;  // why it was refused; whatever was there before is still there
};

struct MirrorReport {
  std::vector<MirroredImage> images;
  size_t packs_there = 0;
  size_t packs_fetched = 0;
  uint64_t bytes_fetched = 0;  // of everything
};

// A failure of one image is in the report. kInvalid: the stores cannot be used. kUnavailable,
// kFailed: it had to stop; images that were done are done.
Result<MirrorReport> MirrorStore(const MirrorOptions& options, Transport& transport);
// The same into a store that is opened once something is to be written, instead of `options.to`.
using OpenTarget = std::function<Result<Store>()>;
Result<MirrorReport> MirrorInto(const OpenTarget& open, const MirrorOptions& options, Transport& transport);

}  // namespace rootstream

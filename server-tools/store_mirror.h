// Copies images from one store to another, so that the other serves the same bytes.
//
// For each image, the packs are copied first, then the manifest, then the ref; each is verified before it gets its
// name. The walk over the metadata reads the copy, so nothing is fetched twice and packs are fetched whole. An
// interrupted run leaves whole packs and partial uploads, which the next run continues. Everything that a ref in the
// copy leads to is there at any moment.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "cache/network/transport.h"
#include "server-tools/copy_source.h"
#include "store/store.h"

namespace rootstream {

struct MirrorOptions {
  CopySource from;
  StoreAddress to;                // made where there is nothing
  std::vector<ImageName> images;  // none: all
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

// The failure of one image is in the report. kInvalid: a store cannot be used. kUnavailable, kFailed: it stopped;
// images before that are copied.
Result<MirrorReport> MirrorStore(const MirrorOptions& options, Transport& transport);
// The same with a function that opens the target store, instead of `options.to`. It is called when something must be
// written.
using OpenTarget = std::function<Result<Store>()>;
Result<MirrorReport> MirrorInto(const OpenTarget& open, const MirrorOptions& options, Transport& transport);

}  // namespace rootstream

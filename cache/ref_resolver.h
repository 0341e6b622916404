// From an image's URL to a ref that can be trusted: asked of each store in turn, checked against the
// keys and against what was seen before, remembered; and, while no store answers, taken from memory.
#pragma once

#include <functional>

#include "cache/fetcher.h"
#include "cache/ref_memory.h"
#include "format/ref.h"

namespace rootstream {

struct ResolveOptions {
  std::vector<PublicKey> keys;
  bool insecure = false;
  bool wait_for_network = false;  // try again until a store answers
  bool strict_memory = false;  // refuse when what was seen before is lost, or cannot be remembered
  std::function<void(const Error&)> waiting = [](const Error&) {};  // told of each failed round
};

struct ResolvedRef {
  TrustedRef ref;
  bool from_memory = false;  // no store answered
  std::string memory_lost = {};  // why an older ref would not have been noticed, or will not be; empty: it is kept
};

Result<ResolvedRef> ResolveRef(const ImageUrl& url, Fetcher& fetcher, const RefMemory& memory,
                               const ResolveOptions& options);

}  // namespace rootstream

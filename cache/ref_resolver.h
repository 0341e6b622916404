// From an image's URL to a ref that can be trusted: asked of each store in turn - of the next one when the one before
// failed or says nothing for a second - checked against the keys and against what was seen before, remembered; and,
// while no store answers, taken from memory. Stores that have trouble are asked again, as Patience has it.
#pragma once

#include <functional>
#include <optional>

#include "cache/network/store_files.h"
#include "cache/ref_memory.h"
#include "format/ref.h"

namespace rootstream {

struct ResolveOptions {
  std::vector<PublicKey> keys;
  bool insecure = false;
  std::optional<std::chrono::milliseconds> give_up_after = std::chrono::seconds(60);  // nullopt: wait for a store
  bool strict_memory = false;  // refuse when what was seen before is lost, or cannot be remembered
  std::function<void(const Error&)> waiting = [](const Error&) {};  // told why, when that is new or a while ago
};

struct ResolvedRef {
  TrustedRef ref;
  bool from_memory = false;      // no store answered
  std::string memory_lost = {};  // why an older ref would not have been noticed, or will not be; empty: it is kept
};

Result<ResolvedRef> ResolveRef(const ImageUrl& url, StoreFiles& stores, const RefMemory& memory,
                               const ResolveOptions& options);

}  // namespace rootstream

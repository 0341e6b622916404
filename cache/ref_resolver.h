// Finds the ref of an image. The stores are asked in turn; the next one when the one before failed, or did not answer
// for a second. The ref is checked against the keys and against the remembered ref, and then remembered. While no store
// answers, the remembered ref is used. Stores that fail are asked again, as Patience decides.
//
// A ref can also be given, to stay with the version that it names. It is checked in the same way, but for its serial:
// it may be older than the remembered one, as long as that one's minimum serial allows it. It is not remembered.
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
  std::optional<std::chrono::milliseconds> give_up_after =
      std::chrono::seconds(60);  // nullopt: wait until a store answers
  bool strict_memory = false;    // refuse the image if its RefMemory is lost or cannot be written
  std::string given;             // an encoded ref, instead of asking; empty: the stores are asked
  std::function<void(const Error&)> waiting = [](const Error&) {
  };  // called with the reason, when it is new and from time to time
};

struct ResolvedRef {
  TrustedRef ref;
  bool from_memory = false;      // no store answered
  std::string memory_lost = {};  // why an older ref cannot be detected; empty: it can
};

Result<ResolvedRef> ResolveRef(const ImageUrl& url, StoreFiles& stores, const RefMemory& memory,
                               const ResolveOptions& options);

}  // namespace rootstream

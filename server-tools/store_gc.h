// Removing from a store what no image needs.
//
// Needed is what a ref leads to, and what a manifest leads to that no ref names any more but that
// is younger than `keep`: a manifest does not say which image it was, so the number of versions
// cannot be counted, only their age. Its time is that of its last publish, or of the publish that
// replaced it.
//
// Everything is decided before anything is removed, and one unreadable ref, manifest, shard or list
// means that nothing is: what it needs is not known. Manifests go before packs, so that after a
// crash no manifest is there whose packs are not.
#pragma once

#include <chrono>

#include "store/store.h"

namespace rootstream {

struct GcOptions {
  std::chrono::hours grace{24};      // younger files stay, for those who write without the lock
  std::chrono::hours keep{30 * 24};  // manifests that no ref names
  bool dry_run = false;
};

struct GcReport {
  size_t images = 0;
  size_t manifests_kept = 0;
  size_t manifests_removed = 0;
  size_t packs_kept = 0;
  size_t packs_in_grace = 0;  // of those kept: needed by nothing, but young
  size_t packs_removed = 0;
  size_t temporary_removed = 0;
  size_t folders_removed = 0;
  uint64_t bytes_kept = 0;   // of packs
  uint64_t bytes_freed = 0;  // of all files
};

// The lock must be held: exclusive, or shared for a dry run.
Result<GcReport> CollectGarbage(const Store& store, const GcOptions& options);

}  // namespace rootstream

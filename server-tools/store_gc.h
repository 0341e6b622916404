// Garbage collection: removes objects from a store that no image needs.
//
// An object is needed if a ref leads to it, or a manifest without a ref that is younger than `keep`. A manifest does
// not name its image, so versions cannot be counted, only their age. The time of a manifest is that of its last
// publish, or of the publish that replaced it.
//
// Everything is decided before anything is removed. If one ref, manifest, shard or list cannot be read, nothing is
// removed, since its needs are not known. Versions are removed before manifests, and these before packs, so that none
// lacks what it leads to after a crash.
#pragma once

#include <chrono>

#include "store/store.h"

namespace rootstream {

struct GcOptions {
  std::chrono::hours grace{24};      // younger objects stay, for writers without the lock
  std::chrono::hours keep{30 * 24};  // for manifests without a ref
  bool dry_run = false;
};

struct GcReport {
  size_t images = 0;
  size_t manifests_kept = 0;
  size_t manifests_removed = 0;
  size_t versions_kept = 0;
  size_t versions_removed = 0;
  size_t packs_kept = 0;
  size_t packs_in_grace = 0;  // kept only because they are young
  size_t packs_removed = 0;
  size_t temporary_removed = 0;
  size_t folders_removed = 0;
  uint64_t bytes_kept = 0;   // of packs
  uint64_t bytes_freed = 0;  // of all files
};

// The caller holds the lock: exclusive, or shared for a dry run.
Result<GcReport> CollectGarbage(const Store& store, const GcOptions& options);

}  // namespace rootstream

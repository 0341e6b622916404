// Statistics of a store: its images, and how much of its packs they use.
#pragma once

#include <string>
#include <vector>

#include "store/store.h"

namespace rootstream {

struct ImageStats {
  std::string name;
  uint64_t serial = 0;
  uint64_t entries = 0;
  uint64_t plain_bytes = 0;
};

struct StoreStats {
  std::vector<ImageStats> images;
  size_t packs = 0;
  uint64_t bytes = 0;       // of all packs
  uint64_t live_bytes = 0;  // of objects that images lead to
  size_t dead_packs = 0;    // packs without any such object
  uint64_t dead_bytes = 0;  // of these packs
};

Result<StoreStats> MeasureStore(const Store& store);

}  // namespace rootstream

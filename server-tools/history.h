// History: the versions of an image that a store keeps, from the refs that were replaced or deleted and the present
// one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace rootstream {

struct VersionInfo {
  ImageName image;
  uint64_t serial = 0;
  int64_t issued = 0, expires = 0;  // seconds since 1970; expires 0: never
  Id manifest;
  ImageTotals totals;
  bool is_current = false;
  bool is_there = false;              // whether its manifest is in the store; if not, gc has removed it
  std::optional<uint64_t> new_bytes;  // stored bytes of objects that no older version has; nullopt: cannot be read
  std::string problem;                // why; or why the ref itself cannot be read
};

// The versions of an image, the oldest first. kMissing: it never was in this store.
Result<std::vector<VersionInfo>> HistoryOf(const Store& store, const ImageName& image);

// Every tag of a name that is or was there. kMissing: none.
Result<std::vector<ImageName>> TagsOf(const Store& store, const std::string& name);

}  // namespace rootstream

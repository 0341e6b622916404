// StoreFiles: whole small files of the stores that hold an image, by their paths: refs and manifests. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/result.h"

namespace rootstream {

class StoreFiles {
 public:
  struct Asked {
    std::string path;
    size_t limit;                       // bytes
    std::chrono::milliseconds time{0};  // for all of it; 0: as long as bytes come
  };
  using FileWaiter = std::function<void(Result<std::string>)>;

  virtual ~StoreFiles() = default;
  virtual size_t store_count() const = 0;
  // kMissing, kRefused, kUnavailable (also a web page in its place), kCorrupt (larger than its limit). The waiter is
  // called once, on the network thread or, at the end, here.
  virtual void AskForFile(size_t store, const Asked& file, FileWaiter waiter) = 0;
};

}  // namespace rootstream

// StoreFiles: fetches whole small files, such as refs, from the stores that hold an image. Thread-safe.
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
  // Errors: kMissing, kRefused, kUnavailable (also if the answer is a web page), kCorrupt (larger than its limit). The
  // waiter is called once, on the network thread, or during this call if the network has ended.
  virtual void AskForFile(size_t store, const Asked& file, FileWaiter waiter) = 0;
};

}  // namespace rootstream

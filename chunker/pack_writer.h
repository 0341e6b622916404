// PackWriter: writes stored objects into packs, one after another. A pack is hashed while it grows. A separate thread
// syncs and names it while the next one is filled. Used by one thread.
#pragma once

#include <future>
#include <vector>

#include "store/store.h"

namespace rootstream {

class PackWriter {
 public:
  // Packs are closed when they reach `full_size` bytes, or by Close().
  PackWriter(const Store& store, uint64_t full_size) : store_(store), full_size_(full_size) {}
  ~PackWriter();  // removes an unfinished pack

  struct Place {
    uint32_t pack = 0;  // number from 0, in the order of closing
    uint32_t offset = 0;
  };
  Result<Place> Append(std::string_view stored);
  bool is_full() const { return upload_ != nullptr && size_ >= full_size_; }
  Status CloseWhenFull() { return is_full() ? Close() : Ok(); }
  Status Close();   // no effect if no pack is open
  Status Finish();  // closes, and waits until all packs are in the store

  const Store& store() const { return store_; }
  uint32_t open_number() const { return static_cast<uint32_t>(ids_.size()); }
  const Id& id(uint32_t number) const { return ids_[number]; }
  uint64_t new_bytes() const { return new_bytes_; }  // bytes of packs that the store did not have

 private:
  Status Begin();

  const Store& store_;
  const uint64_t full_size_;
  std::unique_ptr<Upload> upload_;  // the open pack
  uint64_t size_ = 0;
  Sha256Stream hash_;
  std::vector<Id> ids_;  // ids of closed packs
  std::vector<std::future<Status>> finishing_;
  uint64_t new_bytes_ = 0;
};

}  // namespace rootstream

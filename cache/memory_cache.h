// MemoryCache: plain objects in memory; the least recently used ones are dropped first. Objects are shared and
// immutable, so a user of a dropped object keeps it. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/guarded.h"
#include "format/chunk.h"

namespace rootstream {

class MemoryCache {
 public:
  explicit MemoryCache(size_t capacity) : capacity_(capacity) {}  // bytes

  PlainBytes Get(const Id& id);  // nullptr: not cached
  void Put(const Id& id, PlainBytes bytes);

 private:
  struct Item {
    Id id;
    PlainBytes bytes;
  };
  struct State {
    std::list<Item> by_use;  // most recent first
    std::unordered_map<Id, std::list<Item>::iterator, IdHash> by_id;
    size_t size = 0;  // bytes
  };

  const size_t capacity_;
  Guarded<State> state_;
};

}  // namespace rootstream

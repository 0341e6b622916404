#include "cache/memory_cache.h"

namespace rootstream {

PlainBytes MemoryCache::Get(const Id& id) {
  return state_.With([&](State& s) -> PlainBytes {
    const auto found = s.by_id.find(id);
    if (found == s.by_id.end()) return nullptr;
    s.by_use.splice(s.by_use.begin(), s.by_use, found->second);
    return found->second->bytes;
  });
}

void MemoryCache::Put(const Id& id, PlainBytes bytes) {
  std::list<Item> dropped;  // so that it is freed outside the lock
  state_.With([&](State& s) {
    if (s.by_id.contains(id)) return;
    s.size += bytes->size();
    s.by_use.push_front({id, std::move(bytes)});
    s.by_id[id] = s.by_use.begin();
    while (s.size > capacity_) {
      s.size -= s.by_use.back().bytes->size();
      s.by_id.erase(s.by_use.back().id);
      dropped.splice(dropped.begin(), s.by_use, std::prev(s.by_use.end()));
    }
  });
}

}  // namespace rootstream

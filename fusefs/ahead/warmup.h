// Warmup: fetches the hot range of an image into the cache, in its order, before programs read it. It has no thread: it
// continues in callbacks, which must not wait. Thread-safe.
//
// Metadata comes before data, since no file can be read without it. With a disk cache the whole range is fetched;
// without one, as much as memory can hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "cache/object_cache.h"
#include "format/manifest.h"
#include "fusefs/ahead/foresight.h"

namespace rootstream {

class Warmup {
 public:
  struct Progress {
    uint64_t total = 0;  // stored bytes; 0 until the hot lists have come
    uint64_t done = 0;   // the part that is in the cache
    bool ended = false;
    std::string problem;  // why the first failed object failed

    bool is_complete() const { return total > 0 && done == total; }
  };

  // `cache` must be closed before the warmup is destroyed.
  Warmup(ObjectCache& cache, Foresight& foresight) : cache_(cache), foresight_(foresight) {}

  // Starts. Requests the root shard together with the hot lists, which mostly lie beside it.
  void Start(const HotRange& hot, const ObjectRef& root);
  Progress progress();

 private:
  struct State {
    Progress progress;
    size_t lists_due = 0;
    std::vector<std::vector<ObjectRef>> lists;  // in the order of the range
    std::vector<ObjectRef> refs;                // the objects of all lists, in order
    size_t next = 0;                            // in refs
    size_t under_way = 0;
    uint64_t plain_bytes = 0;  // of the objects requested so far
  };

  void ListCame(size_t number, const ObjectRef& ref, size_t max_plain, const Result<PlainBytes>& bytes);
  void ObjectCame(uint64_t size, const Result<PlainBytes>& bytes);
  void WantMore();
  std::vector<ObjectRef> TakeMore(State& state) const;

  ObjectCache& cache_;
  Foresight& foresight_;
  Guarded<State> state_;
};

}  // namespace rootstream

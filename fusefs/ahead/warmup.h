// Warmup: brings the hot range of an image into the cache, in its order, before it is asked for. Thread-safe.
//
// The metadata is wanted before the data, since nothing is read without it. With a disk cache all of the
// range is brought in; without one, what memory can hold until it is read.
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
    uint64_t total = 0;  // stored bytes; 0 until the lists are here
    uint64_t done = 0;   // of them, those that are in the cache
    bool ended = false;
    std::string problem;  // of the first object that could not be had

    bool is_complete() const { return total > 0 && done == total; }
  };

  // `cache` ends its activity before the warmup goes.
  Warmup(ObjectCache& cache, Foresight& foresight) : cache_(cache), foresight_(foresight) {}

  // Together with `root`, which whoever opens an image needs at once: its lists mostly lie beside it.
  void Start(const HotRange& hot, const ObjectRef& root);
  Progress progress();

 private:
  struct State {
    Progress progress;
    size_t lists_due = 0;
    std::vector<std::vector<ObjectRef>> lists;  // by place in the range
    std::vector<ObjectRef> refs;                // of all lists, in order
    size_t next = 0;                            // in refs
    size_t under_way = 0;
    uint64_t plain_bytes = 0;  // of those that were wanted
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

// Survey: brings the metadata of an image into the cache, from its root down, as far as the line makes it cheap:
// a shard or chunk list that is waited for costs a round trip each time, and all of them together are a
// few hundred KiB for a root filesystem. Thread-safe.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "cache/guarded.h"
#include "cache/object_cache.h"

namespace rootstream {

class Survey {
 public:
  // `cache` ends its activity before the survey goes.
  Survey(ObjectCache& cache, const ObjectRef& root) : cache_(cache), root_(root) {}

  void Start();  // once; another call does nothing

 private:
  struct State {
    bool started = false;
    std::unordered_set<Id, IdHash> seen;
    std::vector<ObjectRef> shards;  // to be had next
    bool walking = false;           // somebody takes from them
    uint64_t stored = 0;            // bytes of all that was seen, here already or not, so that the walk ends
    uint64_t plain = 0;             // likewise
  };

  void Walk();
  void ShardCame(const ObjectRef& ref, const Result<PlainBytes>& bytes);
  // Of `refs`, those that are new and that the budget has room for.
  static std::vector<ObjectRef> Afford(State& state, const std::vector<ObjectRef>& refs, uint64_t budget);

  ObjectCache& cache_;
  const ObjectRef root_;
  Guarded<State> state_;
};

}  // namespace rootstream

// Survey: fetches the metadata of an image into the cache, from the root down, as far as the connection makes it cheap.
// Each shard or chunk list that a reader waits for costs a round trip, and all of them together are a few hundred KiB
// for a root filesystem. Thread-safe.
#pragma once

#include <cstdint>

#include "base/guarded.h"
#include "cache/object_cache.h"
#include "format/shard_walk.h"

namespace rootstream {

class Survey {
 public:
  // `cache` must be closed before the survey is destroyed.
  Survey(ObjectCache& cache, const ObjectRef& root) : cache_(cache), root_(root) {}

  void Start();  // only the first call has an effect

 private:
  struct State {
    bool started = false;
    bool walking = false;  // a thread is taking shards from the walk
    ShardWalk walk;
    uint64_t stored = 0;  // bytes of all shards and lists so far, cached or not; limits the walk
    uint64_t plain = 0;   // the same in plain bytes
  };

  void Walk();
  void ShardCame(const ShardWalk::Visit& visit, const Result<PlainBytes>& bytes);
  static bool Afford(State& state, const ObjectRef& ref, uint64_t budget);

  ObjectCache& cache_;
  const ObjectRef root_;
  Guarded<State> state_;
};

}  // namespace rootstream

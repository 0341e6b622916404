// Survey: brings the metadata of an image into the cache, from its root down, as far as the line makes it cheap:
// a shard or chunk list that is waited for costs a round trip each time, and all of them together are a
// few hundred KiB for a root filesystem. Thread-safe.
#pragma once

#include <cstdint>

#include "base/guarded.h"
#include "cache/object_cache.h"
#include "format/shard_walk.h"

namespace rootstream {

class Survey {
 public:
  // `cache` ends its activity before the survey goes.
  Survey(ObjectCache& cache, const ObjectRef& root) : cache_(cache), root_(root) {}

  void Start();  // once; another call does nothing

 private:
  struct State {
    bool started = false;
    bool walking = false;  // somebody takes from the walk
    ShardWalk walk;
    uint64_t stored = 0;  // bytes of all that was asked for, here already or not, so that the walk ends
    uint64_t plain = 0;   // likewise
  };

  void Walk();
  void ShardCame(const ShardWalk::Visit& visit, const Result<PlainBytes>& bytes);
  static bool Afford(State& state, const ObjectRef& ref, uint64_t budget);

  ObjectCache& cache_;
  const ObjectRef root_;
  Guarded<State> state_;
};

}  // namespace rootstream

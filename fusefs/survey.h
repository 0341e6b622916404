// Survey: brings the metadata of an image into the cache, from its root down, as far as the line makes it cheap:
// a shard or chunk list that is waited for costs a round trip each time, and all of them together are a
// few hundred KiB for a root filesystem. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
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
  void ShardCame(const ObjectRef& ref, const Result<PlainBytes>& bytes);
  // Of `refs`, the first that the budget still has room for; what is here already is free.
  std::vector<ObjectRef> Afford(const std::vector<ObjectRef>& refs);

  ObjectCache& cache_;
  const ObjectRef root_;
  std::atomic<bool> started_ = false;
  Guarded<uint64_t> asked_for_;  // bytes
};

}  // namespace rootstream

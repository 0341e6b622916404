// The shards of a mounted image: numbered as they are met, loaded as they are touched, dropped from
// memory when others need the room. Thread-safe.
//
// A number is for the life of the mount, since inode numbers contain it. It is given for a place in
// the tree, not for an id: two equal subtrees are one object in the store, yet different
// directories. Shared shards (hard links) are numbered by id, so that all names of an inode meet in
// one number.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "cache/object_cache.h"
#include "format/tree.h"
#include "fusefs/recorder.h"
#include "fusefs/survey.h"
#include "fusefs/warmup.h"

namespace rootstream {

struct Shard {
  Tree tree;
  std::vector<uint64_t> list_starts;  // of each chunk list in the stream; then the stream's size
};
using ShardPtr = std::shared_ptr<const Shard>;
using ShardWaiter = std::function<void(Result<ShardPtr>)>;

class ShardTable {
 public:
  static constexpr uint32_t kRoot = 1;

  // `capacity`: bytes of decoded shards that are kept. `recorder` is told of each shard that is asked
  // for, once it is there. All references outlive the table.
  ShardTable(ObjectCache& cache, const ObjectRef& root, size_t capacity, const Warmup& warmup,
             Recorder& recorder);

  // `waiter` is called once: here if the shard is loaded, else maybe on another thread.
  void Get(uint32_t number, ShardWaiter waiter);
  ShardPtr Loaded(uint32_t number);  // nullptr: not in memory now

  // The number of the shard that range `range` of shard `parent` leads to.
  uint32_t RangeNumber(uint32_t parent, const Tree& tree, uint32_t range);
  uint32_t SharedNumber(const ObjectRef& ref);

  struct Parent {
    uint32_t number = 0;
    uint32_t range = 0;
  };
  Parent ParentOf(uint32_t number);

 private:
  struct Slot {
    ObjectRef ref;
    Parent parent;
    uint32_t depth = 0;
    ShardPtr shard;
    size_t size = 0;  // bytes, while loaded
    std::list<uint32_t>::iterator by_use;
    std::vector<ShardWaiter> waiters;
    std::chrono::steady_clock::time_point asked;  // the cache, for what they wait for
  };

  std::vector<ObjectRef> Relatives(uint32_t number, uint64_t budget);
  void GuessOnFrom(uint32_t number, const Tree& tree);
  void Record(uint32_t number, std::chrono::microseconds waited);
  void Loaded(uint32_t number, const Result<PlainBytes>& bytes, bool surprise);
  void Keep(uint32_t number, const ShardPtr& shard);  // under the lock

  ObjectCache& cache_;
  const size_t capacity_;
  const Warmup& warmup_;
  Recorder& recorder_;
  Survey survey_;
  std::mutex mutex_;
  std::vector<Slot> slots_;  // by number - 1
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> by_range_;
  std::unordered_map<Id, uint32_t, IdHash> shared_;
  std::list<uint32_t> by_use_;  // loaded ones, most recent first
  size_t size_ = 0;             // bytes
};

}  // namespace rootstream

// ShardTable: the shards of an opened image. They are numbered when they are found, loaded when they are used, and
// dropped from memory when others need the space. Thread-safe.
//
// Inode numbers contain shard numbers, so a number is valid as long as the mount exists. It stands for a place in the
// tree and not for an id: two equal subtrees are one object in the store, but different directories. Shared shards,
// which hold hard links, are numbered by id, so that all names of an inode lead to one number. Numbers come from the
// kernel and from programs that seek in directories, so they are looked up; an unknown one is an error.
//
// The top of a shard lists names of one directory, its owner, which lies in a shard above.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/callback.h"
#include "base/mutex.h"
#include "cache/object_cache.h"
#include "format/tree.h"
#include "fusefs/ahead/foresight.h"
#include "fusefs/ahead/survey.h"
#include "fusefs/image/recorder.h"

namespace rootstream {

inline constexpr uint32_t kNoRow = UINT32_MAX;

struct Shard {
  ObjectRef ref;
  Tree tree;
  std::vector<uint64_t> list_starts;  // offset of each chunk list in the stream, then the size of the stream
  std::vector<uint32_t> owners;       // by entry: row of its directory; kNoRow: it is in the top
  std::vector<uint32_t> entries;      // by row: its first entry; kNoRow: it is in another shard
};
using ShardPtr = std::shared_ptr<const Shard>;
using ShardWaiter = Callback<ShardPtr>;

class ShardTable {
 public:
  static constexpr uint32_t kRoot = 1;

  // `capacity`: bytes of decoded shards to keep. `recorder` gets each requested shard when it is loaded. All references
  // must outlive the table.
  ShardTable(ObjectCache& cache, const ObjectRef& root, size_t capacity, const Foresight& foresight,
             Recorder& recorder);

  // `waiter` is called once: during the call if the shard is loaded, else possibly on another thread. kInvalid: no
  // shard has this number.
  void Get(uint32_t number, ShardWaiter waiter);
  ShardPtr Loaded(uint32_t number);  // nullptr: not in memory

  // The number of the shard of range `range` in shard `parent`. `owner`: the inode number of the directory of that
  // range. kInvalid: the mount has too many shards.
  Result<uint32_t> RangeNumber(uint32_t parent, const Tree& tree, uint32_t range, uint64_t owner);
  uint32_t SharedNumber(const ObjectRef& ref);

  struct Parent {
    uint32_t number = 0;
    uint32_t range = 0;
  };
  Parent ParentOf(uint32_t number);   // zeros: none
  uint64_t OwnerOf(uint32_t number);  // inode number; 0: its top lists no directory

 private:
  struct Slot {
    ObjectRef ref;
    Parent parent;
    uint64_t owner = 0;
    uint32_t depth = 0;
    ShardPtr shard;
    size_t size = 0;  // bytes if loaded
    std::list<uint32_t>::iterator by_use;
    WaiterList<ShardPtr> waiters;
    bool is_asked = false;  // the shard was requested from the cache
    std::chrono::steady_clock::time_point asked;
  };

  std::vector<ObjectRef> Relatives(uint32_t number, uint64_t budget);
  void GuessOnFrom(uint32_t number, const Tree& tree);
  void Loaded(uint32_t number, const Result<PlainBytes>& bytes, bool surprise);
  void Keep(Slot& slot, uint32_t number, const ShardPtr& shard) RS_REQUIRES(mutex_);
  Slot* Find(uint32_t number) RS_REQUIRES(mutex_);  // nullptr: unknown number

  ObjectCache& cache_;
  const size_t capacity_;
  const Foresight& foresight_;
  Recorder& recorder_;
  Survey survey_;
  Mutex mutex_;
  std::deque<Slot> slots_ RS_GUARDED_BY(mutex_);  // by number - 1; used through Find()
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> by_range_ RS_GUARDED_BY(mutex_);
  std::unordered_map<Id, uint32_t, IdHash> shared_ RS_GUARDED_BY(mutex_);
  std::list<uint32_t> by_use_ RS_GUARDED_BY(mutex_);  // loaded shards, most recently used first
  size_t size_ RS_GUARDED_BY(mutex_) = 0;             // bytes
};

}  // namespace rootstream

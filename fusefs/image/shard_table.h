// The shards of a mounted image: numbered as they are met, loaded as they are touched, dropped from
// memory when others need the room. Thread-safe.
//
// A number is for the life of the mount, since inode numbers contain it. It is given for a place in
// the tree, not for an id: two equal subtrees are one object in the store, yet different
// directories. Shared shards (hard links) are numbered by id, so that all names of an inode meet in
// one number. A number may come from the kernel, or from a program that seeks in a directory: it is looked
// up, and one that was never given leads to nothing.
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
  std::vector<uint64_t> list_starts;  // of each chunk list in the stream; then the stream's size
  std::vector<uint32_t> owners;       // by entry: the row of the directory that lists it; kNoRow: the top does
  std::vector<uint32_t> entries;      // by row: the first entry that names it; kNoRow: one of another shard
};
using ShardPtr = std::shared_ptr<const Shard>;
using ShardWaiter = Callback<ShardPtr>;

class ShardTable {
 public:
  static constexpr uint32_t kRoot = 1;

  // `capacity`: bytes of decoded shards that are kept. `recorder` is told of each shard that is asked
  // for, once it is there. All references outlive the table.
  ShardTable(ObjectCache& cache, const ObjectRef& root, size_t capacity, const Foresight& foresight,
             Recorder& recorder);

  // `waiter` is called once: here if the shard is loaded, else maybe on another thread. kInvalid: no shard has
  // that number.
  void Get(uint32_t number, ShardWaiter waiter);
  ShardPtr Loaded(uint32_t number);  // nullptr: not in memory now

  // The number of the shard that range `range` of shard `parent` leads to; `owner`: the inode number of the
  // directory that the range is of. kInvalid: there are too many shards already.
  Result<uint32_t> RangeNumber(uint32_t parent, const Tree& tree, uint32_t range, uint64_t owner);
  uint32_t SharedNumber(const ObjectRef& ref);

  struct Parent {
    uint32_t number = 0;
    uint32_t range = 0;
  };
  Parent ParentOf(uint32_t number);   // 0 and 0: it has none
  uint64_t OwnerOf(uint32_t number);  // inode number; 0: no directory's names are at its top

 private:
  struct Slot {
    ObjectRef ref;
    Parent parent;
    uint64_t owner = 0;
    uint32_t depth = 0;
    ShardPtr shard;
    size_t size = 0;  // bytes, while loaded
    std::list<uint32_t>::iterator by_use;
    WaiterList<ShardPtr> waiters;
    bool is_asked = false;  // the cache, for what they wait for
    std::chrono::steady_clock::time_point asked;
  };

  std::vector<ObjectRef> Relatives(uint32_t number, uint64_t budget);
  void GuessOnFrom(uint32_t number, const Tree& tree);
  void Loaded(uint32_t number, const Result<PlainBytes>& bytes, bool surprise);
  void Keep(Slot& slot, uint32_t number, const ShardPtr& shard) RS_REQUIRES(mutex_);
  Slot* Find(uint32_t number) RS_REQUIRES(mutex_);  // nullptr: none has that number

  ObjectCache& cache_;
  const size_t capacity_;
  const Foresight& foresight_;
  Recorder& recorder_;
  Survey survey_;
  Mutex mutex_;
  std::deque<Slot> slots_ RS_GUARDED_BY(mutex_);  // by number - 1; only Find() looks here
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> by_range_ RS_GUARDED_BY(mutex_);
  std::unordered_map<Id, uint32_t, IdHash> shared_ RS_GUARDED_BY(mutex_);
  std::list<uint32_t> by_use_ RS_GUARDED_BY(mutex_);  // loaded ones, most recent first
  size_t size_ RS_GUARDED_BY(mutex_) = 0;             // bytes
};

}  // namespace rootstream

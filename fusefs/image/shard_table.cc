#include "fusefs/image/shard_table.h"

#include <sys/stat.h>

#include <utility>

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kMostShards = 1 << 18;  // the most shards of one mount: 60 MiB of slots, enough for 250 million files

Error NoSuchShard() { return Invalid("the image has no shard of that number"); }

void NameRows(Shard& shard) {
  const Tree& tree = shard.tree;
  shard.owners.assign(tree.entries.size(), kNoRow);
  shard.entries.assign(tree.inodes.size(), kNoRow);
  for (uint32_t row = 0; row < tree.inodes.size(); ++row) {
    const Inode& inode = tree.inodes[row];
    if (!S_ISDIR(inode.mode) || inode.listing.split) continue;
    for (uint32_t i = 0; i < inode.listing.count; ++i) shard.owners[inode.listing.begin + i] = row;
  }
  for (uint32_t i = 0; i < tree.entries.size(); ++i) {
    const TreeEntry& entry = tree.entries[i];
    if (entry.child == kNoChild && shard.entries[entry.row] == kNoRow) shard.entries[entry.row] = i;
  }
}

size_t MemorySize(const Shard& shard) {
  return shard.tree.MemorySize() + shard.list_starts.size() * sizeof(uint64_t) +
         (shard.owners.size() + shard.entries.size()) * sizeof(uint32_t);
}

Result<ShardPtr> DecodeShard(const Result<PlainBytes>& bytes, const ObjectRef& ref, bool is_root, uint32_t depth) {
  if (!bytes.ok()) return bytes.error();
  if (depth > kMaxShardDepth) return Invalid("shards are nested too deeply");
  RS_TRY(Tree tree, Tree::Decode(**bytes, ref.pack));
  if (tree.is_root() != is_root) return Invalid("a shard is not where it belongs");
  auto shard = std::make_shared<Shard>();
  shard->ref = ref;
  uint64_t start = 0;
  for (const ListRef& list : tree.lists) {
    shard->list_starts.push_back(start);
    start += list.stream_size;
  }
  shard->list_starts.push_back(start);
  shard->tree = std::move(tree);
  NameRows(*shard);
  return ShardPtr(shard);
}

}  // namespace

ShardTable::ShardTable(ObjectCache& cache, const ObjectRef& root, size_t capacity, const Foresight& foresight,
                       Recorder& recorder)
    : cache_(cache), capacity_(capacity), foresight_(foresight), recorder_(recorder), survey_(cache, root) {
  slots_.push_back({.ref = root});
}

ShardTable::Slot* ShardTable::Find(uint32_t number) {
  return number == 0 || number > slots_.size() ? nullptr : &slots_[number - 1];
}

ShardPtr ShardTable::Loaded(uint32_t number) {
  const MutexLock lock(mutex_);
  const Slot* slot = Find(number);
  if (slot == nullptr || slot->shard == nullptr) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, slot->by_use);
  return slot->shard;
}

void ShardTable::Get(uint32_t number, ShardWaiter waiter) {
  if (const ShardPtr shard = Loaded(number)) {
    if (recorder_.on()) recorder_.NeededShard(shard->ref, {});
    return waiter(shard);
  }
  ObjectRef ref;
  std::vector<ShardWaiter> gone;
  {
    MutexLock lock(mutex_);
    Slot* slot = Find(number);
    if (slot == nullptr) {
      lock.Unlock();
      return waiter(NoSuchShard());
    }
    ref = slot->ref;
    gone = slot->waiters.Add(std::move(waiter));
    if (std::exchange(slot->is_asked, true)) return;  // under way
    slot->asked = std::chrono::steady_clock::now();
  }
  const bool surprise = !cache_.Has(ref) && !foresight_.MayForesee(ref.id);
  cache_.Get(ref, Priority::kDemand, [=, this](const Result<PlainBytes>& bytes) { Loaded(number, bytes, surprise); });
  if (surprise) cache_.Prefetch(Relatives(number, cache_.GuessBudget()), Priority::kReadahead);
}

namespace {

// The first of `refs` that together are worth guessing.
std::vector<ObjectRef> Within(uint64_t budget, const std::vector<ObjectRef>& refs) {
  std::vector<ObjectRef> out;
  for (const ObjectRef& ref : refs) {
    if (ref.stored_size > budget) break;
    budget -= ref.stored_size;
    out.push_back(ref);
  }
  return out;
}

}  // namespace

// Trees beside shard `number`, which whoever walks the image may need next: those behind it first.
std::vector<ObjectRef> ShardTable::Relatives(uint32_t number, uint64_t budget) {
  const MutexLock lock(mutex_);
  const Slot* slot = Find(number);
  const Slot* above = slot == nullptr ? nullptr : Find(slot->parent.number);
  if (above == nullptr || above->shard == nullptr) return {};
  const Parent parent = slot->parent;
  const std::vector<Range>& ranges = above->shard->tree.ranges;
  std::vector<ObjectRef> refs;
  for (size_t i = 1; i < ranges.size(); ++i)
    refs.push_back(above->shard->tree.children[ranges[(parent.range + i) % ranges.size()].child]);
  return Within(budget, refs);
}

// A shard that nothing foresaw: its chunk lists, without which no file in it is read, and its children.
void ShardTable::GuessOnFrom(uint32_t number, const Tree& tree) {
  if (number == kRoot) return;  // a caller may need only the first listing
  std::vector<ObjectRef> refs;
  for (const ListRef& list : tree.lists) refs.push_back(list.ref);
  refs.insert(refs.end(), tree.children.begin(), tree.children.end());
  cache_.Prefetch(Within(cache_.GuessBudget(), refs), Priority::kReadahead);
}

void ShardTable::Loaded(uint32_t number, const Result<PlainBytes>& bytes, bool surprise) {
  ObjectRef ref;
  uint32_t depth = 0;
  {
    const MutexLock lock(mutex_);
    const Slot* slot = Find(number);
    ref = slot->ref;
    depth = slot->depth;
  }
  const Result<ShardPtr> shard = DecodeShard(bytes, ref, number == kRoot, depth);
  std::vector<ShardWaiter> waiters;
  std::chrono::microseconds waited{};
  {
    const MutexLock lock(mutex_);
    Slot* slot = Find(number);
    waited = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - slot->asked);
    waiters = slot->waiters.TakeAll();
    slot->is_asked = false;
    if (shard.ok()) Keep(*slot, number, *shard);
  }
  if (shard.ok() && recorder_.on()) recorder_.NeededShard(ref, waited);
  if (shard.ok() && surprise) GuessOnFrom(number, (*shard)->tree);
  for (const ShardWaiter& waiter : waiters) waiter(shard);
  // A caller may need only the first listing, and a good profile names the shards that are needed.
  if (shard.ok() && surprise && number != kRoot && foresight_.NamesNearlyNothing()) survey_.Start();
}

void ShardTable::Keep(Slot& slot, uint32_t number, const ShardPtr& shard) {
  if (slot.shard != nullptr) return;
  slot.shard = shard;
  slot.size = MemorySize(*shard);
  by_use_.push_front(number);
  slot.by_use = by_use_.begin();
  size_ += slot.size;
  while (size_ > capacity_ && by_use_.size() > 1) {
    Slot& oldest = *Find(by_use_.back());
    size_ -= oldest.size;
    oldest.shard.reset();
    by_use_.pop_back();
  }
}

Result<uint32_t> ShardTable::RangeNumber(uint32_t parent, const Tree& tree, uint32_t range, uint64_t owner) {
  const MutexLock lock(mutex_);
  const auto found = by_range_.find({parent, range});
  if (found != by_range_.end()) return found->second;
  const Slot* above = Find(parent);
  if (above == nullptr) return NoSuchShard();
  if (slots_.size() >= kMostShards) return Invalid("the image has too many shards for one mount");
  slots_.push_back({.ref = tree.children[tree.ranges[range].child],
                    .parent = {parent, range},
                    .owner = owner,
                    .depth = above->depth + 1});
  const auto number = static_cast<uint32_t>(slots_.size());
  by_range_.emplace(std::pair(parent, range), number);
  return number;
}

uint32_t ShardTable::SharedNumber(const ObjectRef& ref) {
  const MutexLock lock(mutex_);
  const auto [found, is_new] = shared_.try_emplace(ref.id, static_cast<uint32_t>(slots_.size() + 1));
  if (is_new) slots_.push_back({.ref = ref});
  return found->second;
}

ShardTable::Parent ShardTable::ParentOf(uint32_t number) {
  const MutexLock lock(mutex_);
  const Slot* slot = Find(number);
  return slot == nullptr ? Parent{} : slot->parent;
}

uint64_t ShardTable::OwnerOf(uint32_t number) {
  const MutexLock lock(mutex_);
  const Slot* slot = Find(number);
  return slot == nullptr ? 0 : slot->owner;
}

}  // namespace rootstream

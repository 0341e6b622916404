#include "fusefs/shard_table.h"

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr double kFitsNot = 0.9;  // unforeseen reads, more of which are another program's profile; or no read yet was foreseen

Result<ShardPtr> DecodeShard(const Result<PlainBytes>& bytes, const ObjectRef& ref, bool is_root,
                             uint32_t depth) {
  if (!bytes.ok()) return bytes.error();
  if (depth > kMaxShardDepth) return Invalid("shards are nested too deeply");
  RS_TRY(Tree tree, Tree::Decode(**bytes, ref.pack));
  if (tree.is_root() != is_root) return Invalid("a shard is not where it belongs");
  auto shard = std::make_shared<Shard>();
  uint64_t start = 0;
  for (const ListRef& list : tree.lists) {
    shard->list_starts.push_back(start);
    start += list.stream_size;
  }
  shard->list_starts.push_back(start);
  shard->tree = std::move(tree);
  return ShardPtr(shard);
}

}  // namespace

ShardTable::ShardTable(ObjectCache& cache, const ObjectRef& root, size_t capacity, const Warmup& warmup,
                       Recorder& recorder)
    : cache_(cache), capacity_(capacity), warmup_(warmup), recorder_(recorder), survey_(cache, root) {
  slots_.push_back({.ref = root});
}

ShardPtr ShardTable::Loaded(uint32_t number) {
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[number - 1];
  if (slot.shard != nullptr) by_use_.splice(by_use_.begin(), by_use_, slot.by_use);
  return slot.shard;
}

void ShardTable::Record(uint32_t number, std::chrono::microseconds waited) {
  if (!recorder_.on()) return;
  ObjectRef ref;
  {
    const std::lock_guard lock(mutex_);
    ref = slots_[number - 1].ref;
  }
  recorder_.NeededShard(ref, waited);
}

void ShardTable::Get(uint32_t number, ShardWaiter waiter) {
  if (ShardPtr shard = Loaded(number)) {
    Record(number, {});
    return waiter(std::move(shard));
  }
  ObjectRef ref;
  {
    const std::lock_guard lock(mutex_);
    Slot& slot = slots_[number - 1];
    ref = slot.ref;
    slot.waiters.push_back(std::move(waiter));
    if (slot.waiters.size() > 1) return;  // under way
    slot.asked = std::chrono::steady_clock::now();
  }
  const bool surprise = !cache_.Has(ref) && !warmup_.MayForesee(ref.id);
  cache_.Get(ref, Priority::kDemand, [=, this](const Result<PlainBytes>& bytes) { Loaded(number, bytes, surprise); });
  if (surprise)
    cache_.Prefetch(Relatives(number, cache_.fetcher().GuessBudget()), Priority::kReadahead);
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
  const std::lock_guard lock(mutex_);
  const Parent parent = slots_[number - 1].parent;
  if (parent.number == 0) return {};
  const ShardPtr& above = slots_[parent.number - 1].shard;
  if (above == nullptr) return {};
  const std::vector<Range>& ranges = above->tree.ranges;
  std::vector<ObjectRef> refs;
  for (size_t i = 1; i < ranges.size(); ++i)
    refs.push_back(above->tree.children[ranges[(parent.range + i) % ranges.size()].child]);
  return Within(budget, refs);
}

// A shard that nothing foresaw: its chunk lists, without which no file in it is read, and its children.
void ShardTable::GuessOnFrom(uint32_t number, const Tree& tree) {
  if (number == kRoot) return;  // whoever opens an image may want no more than its first listing
  std::vector<ObjectRef> refs;
  for (const ListRef& list : tree.lists) refs.push_back(list.ref);
  refs.insert(refs.end(), tree.children.begin(), tree.children.end());
  cache_.Prefetch(Within(cache_.fetcher().GuessBudget(), refs), Priority::kReadahead);
}

void ShardTable::Loaded(uint32_t number, const Result<PlainBytes>& bytes, bool surprise) {
  ObjectRef ref;
  uint32_t depth = 0;
  {
    const std::lock_guard lock(mutex_);
    ref = slots_[number - 1].ref;
    depth = slots_[number - 1].depth;
  }
  const Result<ShardPtr> shard = DecodeShard(bytes, ref, number == kRoot, depth);
  std::vector<ShardWaiter> waiters;
  std::chrono::microseconds waited{};
  {
    const std::lock_guard lock(mutex_);
    waited = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - slots_[number - 1].asked);
    waiters.swap(slots_[number - 1].waiters);
    if (shard.ok()) Keep(number, *shard);
  }
  if (shard.ok()) Record(number, waited);
  if (shard.ok() && surprise) GuessOnFrom(number, (*shard)->tree);
  for (const ShardWaiter& waiter : waiters) waiter(shard);
  // Whoever opens an image may want no more than its first listing; and a profile that fits knew what is needed.
  if (shard.ok() && surprise && number != kRoot && warmup_.unforeseen() > kFitsNot) survey_.Start();
}

void ShardTable::Keep(uint32_t number, const ShardPtr& shard) {
  Slot& slot = slots_[number - 1];
  if (slot.shard != nullptr) return;
  slot.shard = shard;
  slot.size = shard->tree.MemorySize();
  by_use_.push_front(number);
  slot.by_use = by_use_.begin();
  size_ += slot.size;
  while (size_ > capacity_ && by_use_.size() > 1) {
    Slot& oldest = slots_[by_use_.back() - 1];
    size_ -= oldest.size;
    oldest.shard.reset();
    by_use_.pop_back();
  }
}

uint32_t ShardTable::RangeNumber(uint32_t parent, const Tree& tree, uint32_t range) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] =
      by_range_.try_emplace({parent, range}, static_cast<uint32_t>(slots_.size() + 1));
  if (is_new) {
    const uint32_t depth = slots_[parent - 1].depth + 1;
    slots_.push_back({.ref = tree.children[tree.ranges[range].child],
                      .parent = {parent, range},
                      .depth = depth});
  }
  return found->second;
}

uint32_t ShardTable::SharedNumber(const ObjectRef& ref) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] =
      shared_.try_emplace(ref.id, static_cast<uint32_t>(slots_.size() + 1));
  if (is_new) slots_.push_back({.ref = ref});
  return found->second;
}

ShardTable::Parent ShardTable::ParentOf(uint32_t number) {
  const std::lock_guard lock(mutex_);
  return slots_[number - 1].parent;
}

}  // namespace rootstream

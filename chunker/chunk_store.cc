#include "chunker/chunk_store.h"

#include <algorithm>

#include "format/chunk.h"

namespace rootstream {
namespace {

constexpr int kBestLevel = 19;
constexpr size_t kMaxTasks = 48;  // queued chunks: at most 24 MiB plain, and as much stored

}  // namespace

ChunkStore::ChunkStore(PackWriter& writer, KnownContent& known, int level, int threads)
    : writer_(writer), known_(known) {
  std::unordered_map<Id, uint32_t, IdHash> packs;
  for (const KnownContent::Chunk& chunk : known_.chunks) {
    const auto [pack, is_new] = packs.try_emplace(chunk.ref.pack, static_cast<uint32_t>(known_packs_.size()));
    if (is_new) known_packs_.push_back({chunk.ref.pack});
    NumbersFor(chunk.hot ? Effort::kBest : Effort::kLevel)
        .emplace(chunk.plain_hash, static_cast<uint32_t>(stored_.size()));
    stored_.push_back({.plain_hash = chunk.plain_hash,
                       .id = chunk.ref.id,
                       .offset = static_cast<uint32_t>(chunk.ref.offset),
                       .stored_size = chunk.ref.stored_size,
                       .plain_size = chunk.ref.plain_size,
                       .pack = pack->second});
  }
  known_.chunks = {};
  for (int i = 0; i < threads; ++i) threads_.emplace_back("compress", [this, level] { Work(level); });
}

ChunkStore::~ChunkStore() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  queued_.NotifyAll();
}

void ChunkStore::Work(int level) {
  Compressor compressor(level);
  Compressor best(std::max(level, kBestLevel));
  MutexLock lock(mutex_);
  while (true) {
    while (!ending_ && to_do_.empty()) queued_.Wait(mutex_);
    if (ending_) return;
    const TaskPtr task = to_do_.front();
    to_do_.pop_front();
    lock.Unlock();
    task->plain_hash = Sha256(task->plain);
    lock.Lock();
    // Any thread compresses; WriteFront() decides in order where the bytes go.
    const bool is_new = !NumbersFor(task->effort).contains(task->plain_hash) &&
                        ClaimedFor(task->effort).try_emplace(task->plain_hash, task).second;
    if (is_new) {
      lock.Unlock();
      task->stored = (task->effort == Effort::kBest ? best : compressor).Compress(task->plain);
      lock.Lock();
    }
    task->plain = {};
    task->done = true;
    done_.NotifyOne();
  }
}

Status ChunkStore::Put(std::string plain, uint64_t start, std::vector<StreamChunk>& out, Effort effort) {
  const auto task = std::make_shared<Task>();
  task->effort = effort;
  task->plain_size = static_cast<uint32_t>(plain.size());
  task->plain = std::move(plain);
  task->out = &out;
  task->out_index = out.size();
  out.push_back({start, task->plain_size, 0});
  {
    const MutexLock lock(mutex_);
    tasks_.push_back(task);
    to_do_.push_back(task);
  }
  queued_.NotifyOne();
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (tasks_.size() < kMaxTasks && !tasks_.front()->done) return Ok();
      if (tasks_.size() == 1) return Ok();
    }
    RS_CHECK(WriteFront());
  }
}

// Writes the oldest task's chunk, or finds that it is stored already. The one thread that calls Put() and Finish() runs
// it.
//
// Invariants. tasks_ is in the order of Put(). Work() may finish tasks in any order, but only this function appends to
// packs, and it takes tasks from the front: so packs do not depend on how the threads were scheduled. Each plain hash
// has one owner: the task that claimed it first, which compresses. It stays in claimed_ until its chunk has a number in
// known_numbers_, and both change under one lock: so a later task with the same bytes finds the owner or the number,
// never neither.
//
// Why it ends. It waits for two tasks at most: the front, and the front's owner. Both are in the hands of a thread,
// since to_do_ is taken from in order and an owner claimed before any task behind it; and a thread waits for nothing
// but to_do_. The owner may be behind the front: then its stored bytes are written here, and its own turn finds the
// number.
Status ChunkStore::WriteFront() {
  TaskPtr task, owner;
  {
    const MutexLock lock(mutex_);
    task = tasks_.front();
    while (!task->done) done_.Wait(mutex_);
    tasks_.pop_front();
    const Numbers& numbers = NumbersFor(task->effort);
    if (const auto found = numbers.find(task->plain_hash); found != numbers.end()) {
      (*task->out)[task->out_index].stored = found->second;
    } else {
      owner = ClaimedFor(task->effort)[task->plain_hash];
      while (!owner->done) done_.Wait(mutex_);
    }
  }
  if (owner == nullptr) {
    Use((*task->out)[task->out_index].stored);
    return Ok();
  }
  RS_TRY(const PackWriter::Place place, writer_.Append(owner->stored));
  const auto number = static_cast<uint32_t>(stored_.size());
  stored_.push_back({.plain_hash = task->plain_hash,
                     .id = Sha256(owner->stored),
                     .offset = place.offset,
                     .stored_size = static_cast<uint32_t>(owner->stored.size()),
                     .plain_size = task->plain_size,
                     .pack = static_cast<uint32_t>(known_packs_.size()) + place.pack});
  owner->stored = {};
  {
    const MutexLock lock(mutex_);
    NumbersFor(task->effort).emplace(task->plain_hash, number);
    ClaimedFor(task->effort).erase(task->plain_hash);
  }
  (*task->out)[task->out_index].stored = number;
  Use(number);
  return writer_.CloseWhenFull();
}

void ChunkStore::Use(uint32_t number) {
  Stored& stored = stored_[number];
  if (stored.used) return;
  stored.used = true;
  unique_bytes_ += stored.plain_size;
  stored_bytes_ += stored.stored_size;
  ++unique_chunks_;
  if (stored.pack >= known_packs_.size()) return;
  known_bytes_ += stored.stored_size;
  if (known_packs_[stored.pack].renewed) return;
  known_packs_[stored.pack].renewed = true;
  writer_.store().RenewPack(known_packs_[stored.pack].id, 0);
}

Status ChunkStore::Finish() {
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (tasks_.empty()) break;
    }
    RS_CHECK(WriteFront());
  }
  return writer_.Close();
}

ObjectRef ChunkStore::RefOf(uint32_t number) const {
  const Stored& stored = stored_[number];
  const bool is_known = stored.pack < known_packs_.size();
  const Id& pack =
      is_known ? known_packs_[stored.pack].id : writer_.id(stored.pack - static_cast<uint32_t>(known_packs_.size()));
  return {stored.id, pack, stored.offset, stored.stored_size, stored.plain_size};
}

}  // namespace rootstream

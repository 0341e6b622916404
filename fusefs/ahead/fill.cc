#include "fusefs/ahead/fill.h"

#include <algorithm>
#include <future>
#include <unordered_set>

#include "format/chunk_list.h"
#include "format/shard_walk.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint64_t kBatch = 1 << 20;         // bytes that are requested together
constexpr uint64_t kMostUnderWay = 4 << 20;  // bytes
constexpr milliseconds kLookEvery{200};
constexpr int kMostInVain = 4;  // the fill ends after so many passes in a row that fetch something and still leave gaps
constexpr seconds kTryAgainAfter{5};

}  // namespace

Fill::Fill(ObjectCache& cache, const ObjectRef& root, uint64_t rate, OnSilence on_silence)
    : cache_(cache), root_(root), rate_(std::max<uint64_t>(1, rate)), on_silence_(on_silence) {}

void Fill::Start(std::function<bool()> may_begin) {
  thread_ = Thread("fill", [this, may_begin = std::move(may_begin)] { Run(may_begin); });
}

void Fill::Stop() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  changed_.NotifyAll();
}

Fill::Progress Fill::progress() {
  const MutexLock lock(mutex_);
  return progress_;
}

void Fill::Run(const std::function<bool()>& may_begin) {
  Status status;
  while (status.ok() && !may_begin()) status = Sleep(kLookEvery);
  if (status.ok()) status = BringAll();
  const MutexLock lock(mutex_);
  if (!status.ok() && progress_.problem.empty()) progress_.problem = status.error().message;
  progress_.ended = true;
}

Status Fill::BringAll() {
  uint64_t total = 0;
  RS_CHECK(ForEachList([&](const std::vector<ObjectRef>& chunks) {
    for (const ObjectRef& chunk : chunks) total += chunk.stored_size;
    return Ok();
  }));
  if (total > cache_.disk()->limit())
    return Invalid("the image has " + std::to_string(total >> 20) + " MiB, more than the cache may hold (" +
                   std::to_string(cache_.disk()->limit() >> 20) + " MiB)");
  // Passes repeat until one finds everything on the disk: the cache may drop objects to make space for later ones.
  for (int passes_in_vain = 0; passes_in_vain < kMostInVain;) {
    {
      const MutexLock lock(mutex_);
      progress_.total = total;
      progress_.done = 0;
      something_missed_ = something_came_ = false;
    }
    RS_CHECK(ForEachList([&](const std::vector<ObjectRef>& chunks) { return WantChunks(chunks); }));
    const MutexLock lock(mutex_);
    while (!(stopping_ || under_way_ == 0)) changed_.Wait(mutex_);
    if (failed_) return *failed_;
    if (stopping_ || (!something_missed_ && !something_came_)) return Ok();
    if (!something_missed_) ++passes_in_vain;
  }
  return Failed("what came in was dropped again: the cache is too small, or in use by others");
}

// Every chunk list of the image once, with the chunks that were in none before.
Status Fill::ForEachList(const ListUse& use) {
  std::unordered_set<Id, IdHash> seen;
  ShardWalk walk;
  walk.AddRoot(root_);
  while (const auto next = walk.Next()) {
    RS_TRY(const PlainBytes bytes, Bring(next->shard));
    const auto entered = walk.Enter(*next, *bytes);
    if (!entered.ok()) return Of("shard " + next->shard.id.Hex(), entered.error());
    const Tree& tree = *entered;
    for (const ListRef& list : tree.lists) {
      if (!seen.insert(list.ref.id).second) continue;
      RS_TRY(const PlainBytes list_bytes, Bring(list.ref));
      RS_TRY(ChunkList chunks, ChunkList::Decode(*list_bytes, list.ref.pack));
      std::erase_if(chunks.chunks, [&](const ObjectRef& chunk) { return !seen.insert(chunk.id).second; });
      RS_CHECK(use(chunks.chunks));
    }
  }
  return Ok();
}

// Waits for one object.
Result<PlainBytes> Fill::Bring(const ObjectRef& ref) {
  while (true) {
    if (!cache_.Has(ref)) {
      RS_CHECK(WaitForCache());
      RS_CHECK(WaitForRate(ref.stored_size));
    }
    auto came = std::make_shared<std::promise<Result<PlainBytes>>>();
    auto answer = came->get_future();
    cache_.Get(ref, Priority::kBackground, [came](const Result<PlainBytes>& bytes) { came->set_value(bytes); });
    Result<PlainBytes> bytes = answer.get();
    const bool again = !bytes.ok() && bytes.error().kind == ErrorKind::kUnavailable && on_silence_ == OnSilence::kWait;
    if (!again) return bytes;
    RS_CHECK(Sleep(kTryAgainAfter));
  }
}

Status Fill::WantChunks(const std::vector<ObjectRef>& chunks) {
  std::vector<ObjectRef> batch;
  uint64_t size = 0;
  uint64_t here = 0;
  for (const ObjectRef& chunk : chunks) {
    if (cache_.IsOnDisk(chunk)) {
      here += chunk.stored_size;
      continue;
    }
    batch.push_back(chunk);
    size += chunk.stored_size;
    if (size < std::min(kBatch, rate_ / 4)) continue;
    RS_CHECK(WantBatch(batch, size));
    batch.clear();
    size = 0;
  }
  if (!batch.empty()) RS_CHECK(WantBatch(batch, size));
  const MutexLock lock(mutex_);
  progress_.done += here;
  return Ok();
}

Status Fill::WantBatch(const std::vector<ObjectRef>& batch, uint64_t size) {
  RS_CHECK(WaitForCache());
  RS_CHECK(WaitForSilenceToEnd());
  RS_CHECK(WaitForRate(size));
  {
    const MutexLock lock(mutex_);
    while (!(stopping_ || under_way_ == 0 || under_way_ + size <= kMostUnderWay)) changed_.Wait(mutex_);
    if (failed_) return *failed_;
    under_way_ += size;
  }
  std::vector<Wanted> wanted;
  for (const ObjectRef& ref : batch)
    wanted.push_back(
        {ref, [this, stored = ref.stored_size](const Result<PlainBytes>& bytes) { ChunkCame(stored, bytes); }});
  cache_.GetAll(std::move(wanted), Priority::kBackground);
  return Ok();
}

void Fill::ChunkCame(uint64_t size, const Result<PlainBytes>& bytes) {
  const MutexLock lock(mutex_);
  under_way_ -= size;
  changed_.NotifyAll();
  is_silent_ = !bytes.ok() && bytes.error().kind == ErrorKind::kUnavailable;
  if (bytes.ok()) {
    progress_.done += size;
    something_came_ = true;
  } else if (on_silence_ == OnSilence::kEnd) {
    if (!failed_) failed_ = bytes.error();
  } else if (is_silent_) {
    something_missed_ = true;
  } else if (progress_.problem.empty()) {
    progress_.problem = bytes.error().message;  // the rest is still fetched
  }
}

// No store answered: others may need the bandwidth when one answers again.
Status Fill::WaitForSilenceToEnd() {
  {
    const MutexLock lock(mutex_);
    if (!is_silent_ || on_silence_ == OnSilence::kEnd) return Ok();
  }
  return Sleep(kTryAgainAfter);
}

// What is not kept would be fetched in vain.
Status Fill::WaitForCache() {
  while (true) {
    const std::string why = cache_.DiskHindrance();
    if (!why.empty() && on_silence_ == OnSilence::kEnd) return Failed(why);
    {
      const MutexLock lock(mutex_);
      progress_.hindered_by = why;
    }
    if (why.empty()) return Ok();
    RS_CHECK(Sleep(kTryAgainAfter));
  }
}

Status Fill::WaitForRate(uint64_t size) {
  const SteadyTime now = std::chrono::steady_clock::now();
  const SteadyTime at = std::max(now, may_ask_);
  const auto takes = std::chrono::duration<double>(static_cast<double>(size) / static_cast<double>(rate_));
  may_ask_ = at + std::chrono::duration_cast<SteadyTime::duration>(takes);
  return Sleep(at - now);
}

Status Fill::Sleep(std::chrono::steady_clock::duration time) {
  const SteadyTime end = std::chrono::steady_clock::now() + time;
  const MutexLock lock(mutex_);
  while (!stopping_ && std::chrono::steady_clock::now() < end) changed_.WaitUntil(mutex_, end);
  return stopping_ ? Failed("closing") : Ok();
}

}  // namespace rootstream

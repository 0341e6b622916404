#include "cache/object_cache.h"

#include "base/mutex.h"
#include "format/chunk.h"

namespace rootstream {

ObjectCache::ObjectCache(const CacheOptions& options, std::unique_ptr<DiskCache> disk)
    : memory_(options.memory_limit), disk_(std::move(disk)), workers_(std::make_unique<Workers>(options.workers)) {}

Result<std::unique_ptr<ObjectCache>> ObjectCache::Open(const CacheOptions& options, Transport& transport,
                                                       FetchPolicy policy, const std::vector<std::string>& stores) {
  std::unique_ptr<DiskCache> disk;
  if (!options.folder.empty()) {
    auto opened = DiskCache::Open(options.folder, options.disk_limit);
    if (!opened.ok()) return Of("cache", opened.error());
    disk = std::move(*opened);
  }
  std::unique_ptr<ObjectCache> cache(new ObjectCache(options, std::move(disk)));
  cache->fetcher_ = std::make_unique<Fetcher>(transport, *cache->workers_, *cache, cache->counters_, policy, stores);
  return cache;
}

ObjectCache::~ObjectCache() { Close(); }

void ObjectCache::Close() {
  if (fetcher_ == nullptr) return;
  fetcher_->Stop();
  workers_->End();
  fetcher_->FailAll();  // whose callbacks may call this cache again
}

PlainBytes ObjectCache::InMemory(const Id& id) { return memory_.Get(id); }

Result<PlainBytes> ObjectCache::Accept(const ObjectRef& ref, std::string stored) {
  RS_TRY(const VerifiedBytes verified, Verify(stored, ref.id));
  auto plain = rootstream::Decompress(verified, ref.plain_size);
  // Into memory first: otherwise a reader in between finds it on the disk, and decompresses it again.
  auto shared = plain.ok() ? std::make_shared<const std::string>(std::move(*plain)) : nullptr;
  if (shared != nullptr) memory_.Put(ref.id, shared);
  if (disk_ != nullptr) disk_->Put(ref.id, stored);
  // The stored bytes have the right hash, so fetching them again would not help: they were published like this.
  if (!plain.ok()) return Invalid("object " + ref.id.Hex() + ": " + plain.error().message);
  return PlainBytes(shared);
}

PlainBytes ObjectCache::FromDisk(const ObjectRef& ref) {
  const auto place = disk_ == nullptr ? std::nullopt : disk_->Locate(ref.id);
  if (!place) return nullptr;
  const MutexLock turn(disk_turns_[ref.id.bytes[0] % disk_turns_.size()]);
  if (PlainBytes bytes = memory_.Get(ref.id)) return bytes;
  PlainBytes bytes;
  disk_->Read(ref.id, *place, [&](VerifiedBytes stored) {
    auto plain = rootstream::Decompress(stored, ref.plain_size);
    if (plain.ok()) bytes = std::make_shared<const std::string>(std::move(*plain));
  });
  if (bytes == nullptr) return nullptr;
  ++counters_.disk_hits;
  memory_.Put(ref.id, bytes);
  return bytes;
}

PlainBytes ObjectCache::Look(const ObjectRef& ref) {
  fetcher_->table().NoteUse(ref.id);
  if (PlainBytes bytes = memory_.Get(ref.id)) {
    ++counters_.memory_hits;
    return bytes;
  }
  return FromDisk(ref);
}

bool ObjectCache::Has(const ObjectRef& ref) {
  return memory_.Get(ref.id) != nullptr || (disk_ != nullptr && disk_->Has(ref.id));
}

void ObjectCache::Get(const ObjectRef& ref, Priority priority, Waiter waiter) {
  std::vector<Wanted> wanted;
  wanted.push_back({ref, std::move(waiter)});
  GetAll(std::move(wanted), priority);
}

void ObjectCache::GetAll(std::vector<Wanted> wanted, Priority priority) {
  std::vector<Wanted> missing;
  for (Wanted& one : wanted) {
    const PlainBytes bytes = Look(one.ref);
    if (bytes == nullptr) {
      missing.push_back(std::move(one));
    } else if (one.waiter != nullptr) {
      one.waiter(bytes);
    }
  }
  if (!missing.empty()) Fetch(std::move(missing), priority);
}

void ObjectCache::Fetch(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses) {
  std::vector<ObjectRef> missing_guesses;
  for (const ObjectRef& ref : guesses)
    if (!Has(ref)) missing_guesses.push_back(ref);
  fetcher_->Want(std::move(wanted), priority, missing_guesses);
}

// Objects that only the network has are requested at once, not behind the workers' backlog.
void ObjectCache::Prefetch(const std::vector<ObjectRef>& refs, Priority priority) {
  std::vector<Wanted> missing;
  std::vector<Wanted> on_disk;
  for (const ObjectRef& ref : refs) {
    if (memory_.Get(ref.id) != nullptr) continue;
    const bool local = disk_ != nullptr && disk_->Has(ref.id);
    (local ? on_disk : missing).push_back({ref, nullptr});
  }
  if (!missing.empty()) fetcher_->Want(std::move(missing), priority);
  if (on_disk.empty()) return;
  workers_->TryPush([this, wanted = std::move(on_disk), priority]() mutable { GetAll(std::move(wanted), priority); });
}

}  // namespace rootstream

// ObjectCache: "give me this object". Memory, then the disk, then the network; verified at each step
// that leaves memory. Thread-safe.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "cache/disk_cache.h"
#include "cache/memory_cache.h"
#include "cache/network/fetcher.h"

namespace rootstream {

struct CacheOptions {
  std::string folder;                  // empty: no disk cache
  std::optional<uint64_t> disk_limit;  // bytes; see DiskCache::Open
  size_t memory_limit = 16 << 20;      // bytes of plain objects
  int workers = 2;                     // threads
};

class ObjectCache : public FetchTarget {
 public:
  // `transport` must outlive the cache. Fails when the cache folder cannot be used at all.
  static Result<std::unique_ptr<ObjectCache>> Open(const CacheOptions& options, Transport& transport,
                                                   FetchPolicy policy, const std::vector<std::string>& stores);
  ~ObjectCache() override;

  // From memory or the disk; nullptr: only the network has it. Counts as one hit or none; reads the disk on this
  // thread.
  PlainBytes Look(const ObjectRef& ref);
  // From the network, what Look() has just not found. Each waiter is called once: here, or on another thread.
  // `guesses`: what may be wanted next, and is fetched as well.
  void Fetch(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses = {});
  // In memory or on the disk, without reading it.
  bool Has(const ObjectRef& ref);
  bool IsOnDisk(const ObjectRef& ref) { return disk_ != nullptr && disk_->Has(ref.id); }
  // Why what is fetched now would not stay on the disk; empty: it would.
  std::string DiskHindrance() { return disk_ != nullptr ? disk_->hindrance() : "there is no cache folder"; }
  // From wherever it is: Look(), else Fetch(). `waiter` is called once: here, or on another thread.
  void Get(const ObjectRef& ref, Priority priority, Waiter waiter);
  void GetAll(std::vector<Wanted> wanted, Priority priority);
  // Brings objects into memory soon, if there is time for it.
  void Prefetch(const std::vector<ObjectRef>& refs, Priority priority);

  // The network, as far as others than this cache have to do with it.
  StoreFiles& files() { return *fetcher_; }
  NetworkState network() const { return fetcher_->table().state(); }
  uint64_t GuessBudget() const { return fetcher_->table().GuessBudget(); }    // see TransferTable
  uint64_t SurveyBudget() const { return fetcher_->table().SurveyBudget(); }  // likewise
  void SetHotRangeFits(bool fits) { fetcher_->table().SetHotRangeFits(fits); }
  void AddMirrors(const std::vector<std::string>& stores) { fetcher_->table().AddStores(stores); }
  void WaitForEver() { fetcher_->table().WaitForEver(); }
  const DiskCache* disk() const { return disk_.get(); }
  Counters& counters() { return counters_; }

  // Ends the network and the workers; waiters that are left hear kUnavailable.
  void Close();

 private:
  ObjectCache(const CacheOptions& options, std::unique_ptr<DiskCache> disk);
  PlainBytes InMemory(const Id& id) override;
  Result<PlainBytes> Accept(const ObjectRef& ref, std::string stored) override;
  PlainBytes FromDisk(const ObjectRef& ref);

  Counters counters_;
  MemoryCache memory_;
  std::unique_ptr<DiskCache> disk_;
  // One reader of an object from the disk at a time: the second finds it in memory. Picked by id.
  std::array<Mutex, 64> disk_turns_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace rootstream

// ObjectCache: returns objects by their reference, from memory, from the disk or from the network. Bytes from the disk
// and the network are verified by their id. Thread-safe.
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
  // `transport` must outlive the cache. Fails if the cache folder cannot be used.
  static Result<std::unique_ptr<ObjectCache>> Open(const CacheOptions& options, Transport& transport,
                                                   FetchPolicy policy, const std::vector<std::string>& stores);
  ~ObjectCache() override;

  // Returns an object from memory or the disk; nullptr: it is in neither. Counts one hit or none. May read the disk, on
  // this thread.
  PlainBytes Look(const ObjectRef& ref);
  // Fetches objects that Look() did not find. Each waiter is called once, during this call or later on another thread.
  // `guesses`: objects that may be needed next; they are fetched with lower priority.
  void Fetch(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses = {});
  // True if an object is in memory or on the disk. Does not read it.
  bool Has(const ObjectRef& ref);
  bool IsOnDisk(const ObjectRef& ref) { return disk_ != nullptr && disk_->Has(ref.id); }
  // Why newly fetched objects are not kept on the disk; empty: they are.
  std::string DiskHindrance() { return disk_ != nullptr ? disk_->hindrance() : "there is no cache folder"; }
  // Look(), and Fetch() for what is missing. Each waiter is called once, during this call or later on another thread.
  void Get(const ObjectRef& ref, Priority priority, Waiter waiter);
  void GetAll(std::vector<Wanted> wanted, Priority priority);
  // Brings objects into memory, from the disk only while the workers have time.
  void Prefetch(const std::vector<ObjectRef>& refs, Priority priority);

  // What others need of the network.
  StoreFiles& files() { return *fetcher_; }
  NetworkState network() const { return fetcher_->table().state(); }
  uint64_t GuessBudget() const { return fetcher_->table().GuessBudget(); }    // see TransferTable
  uint64_t SurveyBudget() const { return fetcher_->table().SurveyBudget(); }  // likewise
  void SetHotRangeFits(bool fits) { fetcher_->table().SetHotRangeFits(fits); }
  void AddMirrors(const std::vector<std::string>& stores) { fetcher_->table().AddStores(stores); }
  void WaitForEver() { fetcher_->table().WaitForEver(); }
  const DiskCache* disk() const { return disk_.get(); }
  Counters& counters() { return counters_; }

  // Ends the network thread and the workers. Remaining waiters get kUnavailable.
  void Close();

 private:
  ObjectCache(const CacheOptions& options, std::unique_ptr<DiskCache> disk);
  PlainBytes InMemory(const Id& id) override;
  Result<PlainBytes> Accept(const ObjectRef& ref, std::string stored) override;
  PlainBytes FromDisk(const ObjectRef& ref);

  Counters counters_;
  MemoryCache memory_;
  std::unique_ptr<DiskCache> disk_;
  // Held while an object is read from the disk, so that a second reader finds it in memory. Chosen by id.
  std::array<Mutex, 64> disk_turns_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace rootstream

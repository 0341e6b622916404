// Fetcher: fetches objects from the network. TransferTable decides what to request; the fetcher's one network thread
// starts the transfers and receives their bytes; workers verify and decompress objects. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "base/guarded.h"
#include "base/thread.h"
#include "base/workers.h"
#include "cache/network/file_transfer.h"
#include "cache/network/store_files.h"
#include "cache/network/transfer_table.h"

namespace rootstream {

// The receiver of fetched objects: ObjectCache. Accept() is called on worker threads.
class FetchTarget {
 public:
  virtual ~FetchTarget() = default;
  virtual PlainBytes InMemory(const Id& id) = 0;
  // Verifies, stores and decompresses an object. kCorrupt: it is fetched again.
  virtual Result<PlainBytes> Accept(const ObjectRef& ref, std::string stored) = 0;
};

class Fetcher : public StoreFiles {
 public:
  // `stores`: URLs in order of preference. All references must outlive the fetcher.
  Fetcher(Transport& transport, Workers& workers, FetchTarget& target, Counters& counters, FetchPolicy policy,
          const std::vector<std::string>& stores);
  ~Fetcher() override;
  void Stop();     // ends the network thread; to be called before the workers end
  void FailAll();  // after Stop(): all waiters, now and later, get kUnavailable

  // Requests objects. Each waiter is called once, on a worker or the network thread, or during this call if its object
  // has come meanwhile. Objects of one call can share a transfer. `guesses`: see TransferTable::Want.
  void Want(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses = {});
  size_t store_count() const override { return table_.store_count(); }
  void AskForFile(size_t store, const Asked& file, FileWaiter waiter) override;

  TransferTable& table() { return table_; }

 private:
  class PackSink;

  void Run();
  void StartFiles();
  void FailFiles();
  void Finish(const FlightPtr& flight, const Result<PlainBytes>& result);
  void FinishAll(const std::vector<TransferTable::Failed>& failed);
  void Open(const FlightPtr& flight, const PackTransfer& transfer, std::string stored);

  Transport& transport_;
  Workers& workers_;
  FetchTarget& target_;
  Counters& counters_;
  TransferTable table_;
  Guarded<std::list<FileTransfer::Job>> files_;
  Thread thread_;  // last: it uses the rest
};

}  // namespace rootstream

// Fetcher: wanted objects in, requests out, objects back. It moves what TransferTable decides: one network thread
// starts transfers and hears of them, workers verify and open what came. Thread-safe.
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

// What becomes of fetched bytes; see ObjectCache. Accept() is called on worker threads.
class FetchTarget {
 public:
  virtual ~FetchTarget() = default;
  virtual PlainBytes InMemory(const Id& id) = 0;
  // Verifies, keeps, opens. kCorrupt: fetch again.
  virtual Result<PlainBytes> Accept(const ObjectRef& ref, std::string stored) = 0;
};

class Fetcher : public StoreFiles {
 public:
  // `stores`: URLs, the preferred first. All references must outlive the fetcher.
  Fetcher(Transport& transport, Workers& workers, FetchTarget& target, Counters& counters, FetchPolicy policy,
          const std::vector<std::string>& stores);
  ~Fetcher() override;
  void Stop();     // ends the network thread; call before the workers end
  void FailAll();  // after Stop(): waiters that are left hear kUnavailable, and so do all that come later

  // Each waiter is called once, on a worker or the network thread, or right here when its object has come in the
  // meantime. What is wanted together can be fetched in one request. `guesses`: see TransferTable::Want.
  void Want(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses = {});
  size_t store_count() const override { return table_.store_count(); }
  void AskForFile(size_t store, const Asked& file, FileWaiter waiter) override;
  Result<std::string> GetFile(size_t store, const std::string& path, size_t limit);  // waits for it

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

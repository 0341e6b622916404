// Fetcher: wanted objects in, requests out, objects back. One network thread plans and moves all of it.
//
// There is one flight for an object however many want it. Neighbours in a pack share one Range request
// and are handed on one by one as they arrive. A failure sends the flight back to the queue, as its
// kind says: missing - another mirror; corrupt - again, at most kMaxCorrupt times; unavailable - the
// origin is left alone for a growing while, and the flight ends when the policy's time is over.
//
// What somebody waits for is asked for at once. What may be wanted later is asked for in order, as much at
// a time as fills the line (Line::Window), so that a demand finds little before it; one that would come
// too late where it is under way is asked for again, by itself.
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/thread.h"
#include "base/workers.h"
#include "cache/network/counters.h"
#include "cache/network/flight_queue.h"
#include "cache/network/guesses.h"
#include "cache/network/line.h"
#include "cache/network/origin.h"
#include "cache/network/transport.h"
#include "format/object_ref.h"

namespace rootstream {

struct Wanted {
  ObjectRef ref;
  Waiter waiter;                                        // may be empty: the object is only brought into the cache
  SteadyTime since = std::chrono::steady_clock::now();  // from when on the policy's time counts
};

// What becomes of fetched bytes; see ObjectCache. Called on worker threads.
class FetchTarget {
 public:
  virtual ~FetchTarget() = default;
  virtual PlainBytes InMemory(const Id& id) = 0;
  // Verifies, keeps, opens. kCorrupt: fetch again.
  virtual Result<PlainBytes> Accept(const ObjectRef& ref, std::string stored) = 0;
};

// What lies beside what is asked for: it may be wanted next, or is known not to be.
enum class Neighbours { kGuess, kLeave };

struct FetchPolicy {
  // How long a want outlives an origin that does not answer; nullopt: for ever.
  std::optional<std::chrono::seconds> give_up_after = std::chrono::seconds(60);
  Neighbours neighbours = Neighbours::kGuess;
};

struct NetworkState {
  bool offline = false;  // no origin answers
  double rtt_ms = 0;
  double bandwidth = 0;  // bytes a second
};

class Fetcher {
 public:
  // `stores`: URLs, the preferred first. All references must outlive the fetcher.
  Fetcher(Transport& transport, Workers& workers, FetchTarget& target, Counters& counters, FetchPolicy policy,
          const std::vector<std::string>& stores);
  ~Fetcher();
  void Stop();     // ends the network thread; call before the workers end
  void FailAll();  // after Stop(): waiters that are left hear kUnavailable, and so do all that come later

  // Each waiter is called once, on a worker or the network thread, or right here when its object has
  // come in the meantime. What is wanted together can be fetched in one request. `guesses`: what may be
  // wanted next, instead of earlier guesses that have not been asked for yet.
  void Want(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses = {});
  // Bytes of guesses that are worth fetching beside what is asked for.
  uint64_t GuessBudget();
  // Bytes of an image's metadata that are worth fetching once, before anybody asks for each by itself.
  uint64_t SurveyBudget();
  void NoteUse(const Id& id) { guesses_.Used(id); }
  // Whether what is wanted as kHotRange turns out to be what is read. If so it goes on beside demands that it
  // did not foresee, or the line would idle a round trip for each; else it leaves the line to them.
  void HotRangeFits(bool fits) { hot_range_fits_ = fits; }

  // One whole small file from one store, by its path. kMissing, kRefused, kUnavailable (also a web page in its
  // place), kCorrupt (larger than `limit`). The waiter is called once, on the network thread or, at the end, here.
  struct FileAsked {
    std::string path;
    size_t limit;                       // bytes
    std::chrono::milliseconds time{0};  // for all of it; 0: as long as bytes come
  };
  using FileWaiter = std::function<void(Result<std::string>)>;
  void AskForFile(size_t store, const FileAsked& file, FileWaiter waiter);
  Result<std::string> GetFile(size_t store, const std::string& path, size_t limit);  // waits for it
  size_t store_count() const { return store_count_; }
  // From now on a want outlives any silence.
  void WaitForEver();
  void AddStores(const std::vector<std::string>& stores);  // more mirrors, unless known

  NetworkState state() const;

 private:
  struct FileJob;
  class PackTransfer;
  class FileTransfer;
  using Lock = std::unique_lock<std::mutex>;

  void Run();
  void StartFiles();
  bool StartNext();  // false: nothing can be started now
  std::optional<size_t> PickOrigin(const Flight& flight, SteadyTime now);
  bool MayFetchAhead(Priority priority, SteadyTime now) const;
  void OvertakeIfLate(const FlightPtr& flight);
  // How an object came.
  struct Delivery {
    size_t origin;
    bool instead_of_range;  // with the whole pack, though part of it was asked for
  };
  std::optional<std::chrono::seconds> GiveUpAfter();
  void FailOverdue();
  void LeaveStuckTransfers();
  void LeaveSlowMirrors();
  // An answer if there is one at once: the object is here, or was given up just now. Waiters that have left
  // are added to `gone`, whose owner destroys them without the lock.
  std::optional<Result<PlainBytes>> WantOne(Wanted& wanted, Priority priority, std::vector<Waiter>& gone);
  bool WasGivenUp(const Id& id);
  void DropGuesses();
  void Requeue(const FlightPtr& flight, size_t origin, const Error& error, SteadyTime since);
  void Finish(const FlightPtr& flight, const Result<PlainBytes>& result);
  void Open(const FlightPtr& flight, Delivery delivery, std::string stored);
  std::string ShownUrl(size_t origin, const Flight& flight) const;
  void NoteOutcome(const TransferOutcome& outcome);  // under the lock

  Transport& transport_;
  Workers& workers_;
  FetchTarget& target_;
  Counters& counters_;
  FetchPolicy policy_;  // under the lock
  std::atomic<size_t> store_count_;
  std::atomic<bool> hot_range_fits_ = true;  // until reads tell

  mutable std::mutex mutex_;  // guards what follows; never held while a waiter or the target is called
  std::vector<Origin> origins_;
  std::unordered_map<Id, FlightPtr, IdHash> flights_;
  FlightQueue queue_;
  Line line_;
  Guesses guesses_;
  // What was given up a moment ago. The kernel asks for a page again when its readahead failed, and that
  // must not cost the policy's time once more.
  std::unordered_map<Id, SteadyTime, IdHash> given_up_;
  std::set<PackTransfer*> running_;
  std::map<Id, PackTransfer*> whole_packs_;  // transfers that a new want may still join
  std::list<std::shared_ptr<FileJob>> files_;
  uint64_t next_order_ = 0;
  uint64_t moved_bytes_ = 0;  // asked for again elsewhere
  int transfers_ = 0;
  SteadyTime last_demand_{};  // when a transfer that was waited for ended
  bool ending_ = false;

  Thread thread_;  // last: it uses the rest
};

}  // namespace rootstream

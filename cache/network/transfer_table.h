// TransferTable: the wanted objects, the running transfers, and the rules that choose the next request. It has one
// lock, under which no thread waits, calls back or reads a disk. Thread-safe.
//
// An object has one flight, however many callers want it. Neighbours in a pack share one Range request, and are
// delivered one by one as they arrive. After a failure the flight returns to the queue. Its kind decides what follows:
// missing: another mirror is asked; corrupt: it is fetched again, at most kMaxCorrupt times; unavailable: the origin
// rests for a growing time, and the flight fails when the policy's time is over.
//
// A demand is requested at once. Everything else is requested in order, as much at a time as fills the connection
// (NetworkEstimate::Window), so that a later demand waits for little. A demand whose object would arrive too late in a
// running transfer is requested again, alone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "cache/network/counters.h"
#include "cache/network/flight_queue.h"
#include "cache/network/guesses.h"
#include "cache/network/network_estimate.h"
#include "cache/network/origins.h"
#include "cache/network/pack_transfer.h"
#include "cache/network/transport.h"

namespace rootstream {

// Whether to guess that objects beside a requested one are wanted next.
enum class Neighbours { kGuess, kLeave };

struct FetchPolicy {
  // The time after which a wanted object fails when no origin answers; nullopt: never.
  std::optional<std::chrono::seconds> give_up_after = std::chrono::seconds(60);
  Neighbours neighbours = Neighbours::kGuess;
};

struct NetworkState {
  bool offline = false;  // no origin answers
  double rtt_ms = 0;
  double bandwidth = 0;  // bytes a second
};

class TransferTable {
 public:
  using TransferPtr = std::shared_ptr<PackTransfer>;
  using InMemory = std::function<PlainBytes(const Id& id)>;  // called under the lock; may only take its own lock

  // `stores`: URLs, the preferred first. `counters` outlives the table.
  TransferTable(Counters& counters, FetchPolicy policy, const std::vector<std::string>& stores);

  // Wanted objects.
  struct Taken {
    std::vector<std::pair<Waiter, Result<PlainBytes>>> answers;  // for waiters that are answered at once
    std::vector<Waiter> gone;                                    // whose callers have left; destroyed outside the lock
    bool has_new = false;                                        // there is something new to fetch
  };
  // `guesses`: objects that may be wanted next. They replace earlier guesses that are not requested yet.
  Taken Want(std::vector<Wanted>& wanted, Priority priority, const std::vector<ObjectRef>& guesses,
             const InMemory& in_memory);
  uint64_t GuessBudget() const;   // bytes that are worth fetching beside a demand
  uint64_t SurveyBudget() const;  // bytes of an image's metadata that are worth fetching once
  void NoteUse(const Id& id) { guesses_.Used(id); }
  // Whether programs read what the hot range predicts. If so, the hot range continues beside demands that it did not
  // predict, or the connection would idle a round trip for each. Otherwise it leaves the bandwidth to them.
  void SetHotRangeFits(bool fits);
  void AddStores(const std::vector<std::string>& stores);
  void WaitForEver();  // from now on no wanted object fails because of silence
  void End();          // objects wanted later fail at once
  size_t store_count() const;
  NetworkState state() const;

  // The next steps of the network thread.
  bool is_waiting() const;  // a flight is queued or a transfer is running
  bool is_ending() const;
  struct Start {
    TransferRequest request;
    TransferPtr transfer;
  };
  std::optional<Start> Next();  // nullopt: nothing can be started now
  TransferRequest StartFile(size_t store, const std::string& path, std::chrono::milliseconds time);
  std::string ShownFile(size_t store, const std::string& path) const;  // its URL, for messages
  // Moves waiting demands from a slow mirror to one that is much faster, as long as few bytes are fetched twice, and
  // from a silent mirror to any other.
  void LeaveSlowMirrors();
  struct Failed {
    FlightPtr flight;
    Error error;
  };
  // Removes and returns flights that waited longer than the policy allows.
  std::vector<Failed> TakeOverdue();
  // Ends transfers that complete nothing for too long. Returns the flights that failed; the others are queued again.
  std::vector<Failed> TakeStuck();

  // Progress of transfers.
  bool HeadCame(PackTransfer& transfer, const TransferHead& head);                                   // false: break off
  bool BytesCame(PackTransfer& transfer, std::string_view bytes, PackTransfer::Complete& complete);  // likewise
  std::vector<Failed> Ended(const TransferPtr& transfer, const TransferOutcome& outcome);
  void FileEnded(size_t store, const TransferOutcome& outcome, const Status& status, const std::string& shown);

  // The end of a flight.
  // Its bytes were right, but the origin sent the whole pack instead of the requested part.
  void NoteNoRanges(size_t origin);
  // Its bytes were wrong. Returns an error if it is given up; nullopt if it is requested again.
  std::optional<Error> NoteCorrupt(const FlightPtr& flight, size_t origin, const Error& error);
  // Removes it, and returns the waiters to call.
  std::vector<Waiter> Finish(const FlightPtr& flight, const Result<PlainBytes>& result);
  FlightPtr AnyFlight() const;  // nullptr: there is none

 private:
  std::optional<Result<PlainBytes>> WantOne(Wanted& wanted, Priority priority, const InMemory& in_memory,
                                            std::vector<Waiter>& gone) RS_REQUIRES(mutex_);
  void Raise(const FlightPtr& flight, Priority priority) RS_REQUIRES(mutex_);
  bool WasGivenUp(const Id& id) RS_REQUIRES(mutex_);
  void DropGuesses() RS_REQUIRES(mutex_);
  void OvertakeIfLate(const FlightPtr& flight) RS_REQUIRES(mutex_);
  bool MayFetchAhead(Priority priority, SteadyTime now) const RS_REQUIRES(mutex_);
  std::optional<std::pair<FlightPtr, size_t>> PickNext(SteadyTime now) const RS_REQUIRES(mutex_);
  Start Begin(const FlightPtr& first, size_t origin, SteadyTime now) RS_REQUIRES(mutex_);
  void TakeWholePack(PackTransfer& transfer) RS_REQUIRES(mutex_);
  void LeaveWholePack(const PackTransfer& transfer) RS_REQUIRES(mutex_);
  bool LeaveSlowMirror(PackTransfer& transfer, SteadyTime now) RS_REQUIRES(mutex_);
  std::optional<Error> Requeue(const FlightPtr& flight, size_t origin, const Error& error, SteadyTime since)
      RS_REQUIRES(mutex_);
  void NoteRoundTrip(const TransferOutcome& outcome) RS_REQUIRES(mutex_);

  Counters& counters_;
  Guesses guesses_;  // has a lock of its own
  mutable Mutex mutex_;
  FetchPolicy policy_ RS_GUARDED_BY(mutex_);
  Origins origins_ RS_GUARDED_BY(mutex_);
  std::unordered_map<Id, FlightPtr, IdHash> flights_ RS_GUARDED_BY(mutex_);
  FlightQueue queue_ RS_GUARDED_BY(mutex_);
  NetworkEstimate estimate_ RS_GUARDED_BY(mutex_);
  // Objects that were given up recently. The kernel requests a page again when its readahead failed, and that must not
  // take the policy's time once more.
  std::unordered_map<Id, SteadyTime, IdHash> given_up_ RS_GUARDED_BY(mutex_);
  std::set<TransferPtr> running_ RS_GUARDED_BY(mutex_);
  std::map<Id, PackTransfer*> whole_packs_ RS_GUARDED_BY(mutex_);  // transfers that a new want may still join
  uint64_t next_order_ RS_GUARDED_BY(mutex_) = 0;
  uint64_t moved_bytes_ RS_GUARDED_BY(mutex_) = 0;  // asked for again elsewhere
  int transfers_ RS_GUARDED_BY(mutex_) = 0;
  SteadyTime last_demand_ RS_GUARDED_BY(mutex_){};    // when a transfer that was waited for ended
  bool hot_range_fits_ RS_GUARDED_BY(mutex_) = true;  // until reads tell
  bool ending_ RS_GUARDED_BY(mutex_) = false;
};

}  // namespace rootstream

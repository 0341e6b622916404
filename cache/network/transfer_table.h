// TransferTable: what is wanted, what is under way, and from whom; and the rules by which the next request is made.
// One lock; nobody waits, calls back or reads a disk under it. Thread-safe.
//
// There is one flight for an object however many want it. Neighbours in a pack share one Range request and are handed
// on one by one as they arrive. A failure sends the flight back to the queue, as its kind says: missing - another
// mirror; corrupt - again, at most kMaxCorrupt times; unavailable - the origin is left alone for a growing while, and
// the flight ends when the policy's time is over.
//
// What somebody waits for is asked for at once. What may be wanted later is asked for in order, as much at a time as
// fills the connection (NetworkEstimate::Window), so that a demand finds little before it; one that would come too late
// where it is under way is asked for again, by itself.
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

class TransferTable {
 public:
  using TransferPtr = std::shared_ptr<PackTransfer>;
  using InMemory = std::function<PlainBytes(const Id& id)>;  // called under the lock, and takes no other but its own

  // `stores`: URLs, the preferred first. `counters` outlives the table.
  TransferTable(Counters& counters, FetchPolicy policy, const std::vector<std::string>& stores);

  // --- Who wants objects -----------------------------------------------------------------------------------------
  struct Taken {
    std::vector<std::pair<Waiter, Result<PlainBytes>>> answers;  // of those that are answered at once
    std::vector<Waiter> gone;                                    // they have left; to be destroyed without the lock
    bool has_new = false;                                        // something is to be fetched
  };
  // `guesses`: what may be wanted next, instead of earlier guesses that have not been asked for yet.
  Taken Want(std::vector<Wanted>& wanted, Priority priority, const std::vector<ObjectRef>& guesses,
             const InMemory& in_memory);
  uint64_t GuessBudget() const;   // bytes that are worth fetching beside what is asked for
  uint64_t SurveyBudget() const;  // bytes of an image's metadata that are worth fetching once
  void NoteUse(const Id& id) { guesses_.Used(id); }
  // Whether what is wanted as kHotRange turns out to be what is read. If so it goes on beside demands that it did not
  // foresee, or the connection would idle a round trip for each; else it leaves the bandwidth to them.
  void SetHotRangeFits(bool fits);
  void AddStores(const std::vector<std::string>& stores);
  void WaitForEver();  // from now on a want outlives any silence
  void End();          // what is wanted later is answered at once: closing
  size_t store_count() const;
  NetworkState state() const;

  // --- What the network thread does next -------------------------------------------------------------------------
  bool is_waiting() const;  // something is queued or under way
  bool is_ending() const;
  struct Start {
    TransferRequest request;
    TransferPtr transfer;
  };
  std::optional<Start> Next();  // nullopt: nothing can be started now
  TransferRequest StartFile(size_t store, const std::string& path, std::chrono::milliseconds time);
  std::string ShownFile(size_t store, const std::string& path) const;  // its URL, for a person
  // Moves who waits on a slow mirror to one that would have delivered long before, as far as the bytes that this costs
  // twice stay few; and from a silent one to any other.
  void LeaveSlowMirrors();
  struct Failed {
    FlightPtr flight;
    Error error;
  };
  // What has waited for the policy's time, and is no longer in the table's queue.
  std::vector<Failed> TakeOverdue();
  // Of transfers that stay alive without completing anything: what has failed with them. The rest is queued again.
  std::vector<Failed> TakeStuck();

  // --- What transfers tell ----------------------------------------------------------------------------------------
  bool HeadCame(PackTransfer& transfer, const TransferHead& head);                                   // false: break off
  bool BytesCame(PackTransfer& transfer, std::string_view bytes, PackTransfer::Complete& complete);  // likewise
  std::vector<Failed> Ended(const TransferPtr& transfer, const TransferOutcome& outcome);
  void FileEnded(size_t store, const TransferOutcome& outcome, const Status& status, const std::string& shown);

  // --- What becomes of a flight -----------------------------------------------------------------------------------
  // Its bytes were right, and came with the whole pack though part of it was asked for.
  void NoteNoRanges(size_t origin);
  // Its bytes were wrong. An error: it is given up; nullopt: it is asked for again.
  std::optional<Error> NoteCorrupt(const FlightPtr& flight, size_t origin, const Error& error);
  // It is over: who waited for it, to be told.
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
  // What was given up a moment ago. The kernel asks for a page again when its readahead failed, and that must not cost
  // the policy's time once more.
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

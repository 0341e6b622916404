#include <algorithm>

#include "cache/network/transfer_table.h"

// The part of TransferTable that chooses the next request of the network thread.
namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kMaxTransfers = 8;
constexpr int kMaxAheadTransfers = 4;       // each takes bandwidth from readers that wait
constexpr uint64_t kMaxRange = 2 << 20;     // bytes of one request for a demand
constexpr uint64_t kMaxBefore = 128 << 10;  // bytes of one request before its first wanted object
constexpr uint64_t kMovedShare = 8;         // the share of all bytes that may be fetched twice to leave a slow mirror
constexpr seconds kStuck{60};               // without a complete object, when reads wait for ever
constexpr seconds kLeastStuck{5};           // the same, however soon reads are to fail: a slow connection is no failure
constexpr milliseconds kToAsk{1000};        // for a wanted object that is not requested, though a server may be asked
constexpr milliseconds kSilent{1000};       // without any byte of an answer; then another mirror may be faster

}  // namespace

std::optional<TransferTable::Start> TransferTable::Next() {
  const MutexLock lock(mutex_);
  if (transfers_ >= kMaxTransfers) return std::nullopt;
  const auto now = steady_clock::now();
  const auto picked = PickNext(now);
  if (!picked) return std::nullopt;
  return Begin(picked->first, picked->second, now);
}

std::optional<std::pair<FlightPtr, size_t>> TransferTable::PickNext(SteadyTime now) const {
  for (const auto& [key, flight] : queue_.by_urgency()) {
    if (key.first != Priority::kDemand && !MayFetchAhead(key.first, now)) return std::nullopt;
    if (const auto origin = origins_.Pick(*flight, now)) return std::pair(flight, *origin);
  }
  return std::nullopt;
}

TransferTable::Start TransferTable::Begin(const FlightPtr& first, size_t origin, SteadyTime now) {
  Origin& source = origins_[origin];
  source.NoteAsked(now);
  ++source.under_way;
  const Id pack = first->ref.pack;
  const bool whole = !source.ServesRanges(now);
  const FlightQueue::Limits limits{estimate_.CheapGap(), kMaxRange, estimate_.Window() / 2, kMaxBefore};
  std::vector<FlightPtr> flights = whole ? queue_.AllOf(pack) : queue_.Run(first, limits);
  if (!whole) std::erase_if(flights, [&](const FlightPtr& f) { return f->missing_at.contains(origin); });
  const PackTransfer::Cause cause{first->priority != Priority::kDemand, first->wanted_first == Priority::kDemand,
                                  !whole};
  Start start;
  for (const FlightPtr& flight : flights) {
    start.request.fresh = start.request.fresh || flight->corrupt > 0;
    if (flight->priority == Priority::kGuess) guesses_.Made(flight->ref.id);
    queue_.Remove(flight);
  }
  start.request.url = source.UrlOf(PackPath(pack));
  start.request.first = whole ? 0 : flights.front()->ref.offset;
  start.request.size = whole ? 0 : flights.back()->end() - start.request.first;
  start.transfer = std::make_shared<PackTransfer>(origin, pack, cause, flights);
  running_.insert(start.transfer);
  ++transfers_;
  ++counters_.requests;
  return start;
}

TransferRequest TransferTable::StartFile(size_t store, const std::string& path, milliseconds time) {
  const MutexLock lock(mutex_);
  ++transfers_;
  ++counters_.requests;
  return {.url = origins_[store].UrlOf(path), .fresh = true, .limit = time};
}

std::string TransferTable::ShownFile(size_t store, const std::string& path) const {
  const MutexLock lock(mutex_);
  return origins_[store].Shown(path);
}

// Keeps as much under way as fills the connection, and no more: a new demand then waits for little. The hot
// range and the fill leave the bandwidth to demands that the profile did not predict, as long as such demands keep
// coming, unless the profile predicts most reads.
bool TransferTable::MayFetchAhead(Priority priority, SteadyTime now) const {
  uint64_t under_way = 0;
  int transfers = 0;
  bool demand = now - last_demand_ < estimate_.round_trip() / 2;
  for (const TransferPtr& transfer : running_) {
    demand = demand || transfer->is_surprise();
    if (!transfer->is_ahead()) continue;
    ++transfers;
    under_way += transfer->remaining();
  }
  if (transfers >= kMaxAheadTransfers) return false;
  const bool gives_way = priority > Priority::kHotRange || (priority == Priority::kHotRange && !hot_range_fits_);
  if (demand && gives_way) return false;
  return under_way < estimate_.Window();
}

void TransferTable::LeaveSlowMirrors() {
  const MutexLock lock(mutex_);
  if (origins_.size() < 2) return;
  const auto now = steady_clock::now();
  for (const TransferPtr& transfer : running_)
    if (!LeaveSlowMirror(*transfer, now)) return;
}

// Returns false if the limit of bytes that are fetched twice is reached.
bool TransferTable::LeaveSlowMirror(PackTransfer& transfer, SteadyTime now) {
  Origin& origin = origins_[transfer.origin()];
  const bool silent = transfer.IsSilent(now, kSilent) && !origin.HasDelivered(now - kSilent);
  if (silent) origin.is_silent = true;
  for (const FlightPtr& flight : transfer.WaitedFor()) {
    if (!origins_.PickInstead(*flight, transfer.origin(), transfer.TimeUntil(flight, now), silent, now)) continue;
    if (!silent && moved_bytes_ > counters_.wire_bytes / kMovedShare + kMaxRange) return false;
    if (!silent) moved_bytes_ += flight->ref.stored_size;
    transfer.GiveUp(flight);
    flight->priority = Priority::kDemand;
    queue_.Add(flight);
    ++counters_.retries;
  }
  return true;
}

std::vector<TransferTable::Failed> TransferTable::TakeStuck() {
  std::vector<Failed> failed;
  const MutexLock lock(mutex_);
  const auto now = steady_clock::now();
  const seconds limit = std::max(policy_.give_up_after.value_or(kStuck), kLeastStuck);
  const Error slow = Unavailable("it sends too slowly");
  for (const TransferPtr& transfer : running_) {
    if (!transfer->IsStuck(now, limit)) continue;
    const std::string shown = origins_[transfer->origin()].Shown(PackPath(transfer->pack()));
    for (const FlightPtr& flight : transfer->TakeAll()) {
      if (policy_.give_up_after) {
        failed.push_back({flight, Of(flight->Shown(), Of(shown, slow))});
      } else {
        (void)Requeue(flight, transfer->origin(), slow, now);  // which waits for ever
      }
    }
  }
  return failed;
}

std::vector<TransferTable::Failed> TransferTable::TakeOverdue() {
  std::vector<Failed> overdue;
  const MutexLock lock(mutex_);
  if (!policy_.give_up_after) return overdue;
  const auto now = steady_clock::now();
  const bool all_down = origins_.are_down();
  const SteadyTime down_since = origins_.down_since();
  // Servers that may be asked now are asked first, even if a wanted object is about to fail.
  const auto whole_time = *policy_.give_up_after + (origins_.MayAsk(now) ? kToAsk : milliseconds(0));
  for (const auto& [key, flight] : queue_.by_urgency()) {
    const bool has_failed = flight->failing_since && now - *flight->failing_since >= *policy_.give_up_after;
    const bool was_never_asked = all_down && now - std::max(flight->created, down_since) >= whole_time;
    if (has_failed || was_never_asked) overdue.push_back({flight, {}});
  }
  for (Failed& each : overdue) {
    queue_.Remove(each.flight);
    // It was not requested for the reason for which others failed.
    if (each.flight->last_reason.empty()) each.flight->last_reason = origins_.last_reason();
    each.error = Unavailable(each.flight->Shown() + ": no answer for too long: " + each.flight->last_reason);
  }
  return overdue;
}

}  // namespace rootstream

#include "cache/network/transfer_table.h"

#include <algorithm>

#include "cache/network/ahead_budget.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kWorthIt{30};  // time gained by asking again
constexpr int kMaxCorrupt = 3;        // fetches of one object before it is given up
constexpr milliseconds kGivenUpFor{500};
constexpr size_t kMaxGivenUp = 1024;  // objects

}  // namespace

TransferTable::TransferTable(Counters& counters, FetchPolicy policy, const std::vector<std::string>& stores)
    : counters_(counters), policy_(policy) {
  origins_.Add(stores, policy.give_up_after);
}

void TransferTable::End() {
  const MutexLock lock(mutex_);
  ending_ = true;
}

void TransferTable::AddStores(const std::vector<std::string>& stores) {
  const MutexLock lock(mutex_);
  origins_.Add(stores, policy_.give_up_after);
}

void TransferTable::WaitForEver() {
  const MutexLock lock(mutex_);
  policy_.give_up_after.reset();
}

void TransferTable::SetHotRangeFits(bool fits) {
  const MutexLock lock(mutex_);
  hot_range_fits_ = fits;
}

size_t TransferTable::store_count() const {
  const MutexLock lock(mutex_);
  return origins_.size();
}

uint64_t TransferTable::GuessBudget() const {
  const MutexLock lock(mutex_);
  return policy_.neighbours == Neighbours::kLeave ? 0 : rootstream::GuessBudget(estimate_, guesses_.worth());
}

uint64_t TransferTable::SurveyBudget() const {
  const MutexLock lock(mutex_);
  return policy_.neighbours == Neighbours::kLeave ? 0 : rootstream::SurveyBudget(estimate_);
}

NetworkState TransferTable::state() const {
  const MutexLock lock(mutex_);
  const double rtt_ms = static_cast<double>(estimate_.round_trip().count()) / 1000;
  return {origins_.are_down(), rtt_ms, estimate_.bandwidth()};
}

bool TransferTable::is_waiting() const {
  const MutexLock lock(mutex_);
  return !queue_.empty() || !running_.empty();
}

bool TransferTable::is_ending() const {
  const MutexLock lock(mutex_);
  return ending_;
}

// Wanted objects.

TransferTable::Taken TransferTable::Want(std::vector<Wanted>& wanted, Priority priority,
                                         const std::vector<ObjectRef>& guesses, const InMemory& in_memory) {
  Taken taken;
  const MutexLock lock(mutex_);
  for (Wanted& one : wanted)
    if (auto answer = WantOne(one, priority, in_memory, taken.gone)) taken.answers.emplace_back(one.waiter, *answer);
  if (!guesses.empty()) DropGuesses();
  for (const ObjectRef& ref : guesses) {
    Wanted guess{ref, nullptr};
    (void)WantOne(guess, Priority::kGuess, in_memory, taken.gone);
  }
  taken.has_new = taken.answers.size() < wanted.size();
  return taken;
}

std::optional<Result<PlainBytes>> TransferTable::WantOne(Wanted& wanted, Priority priority, const InMemory& in_memory,
                                                         std::vector<Waiter>& gone) {
  FlightPtr flight;
  if (const auto found = flights_.find(wanted.ref.id); found != flights_.end()) {
    flight = found->second;
    Raise(flight, priority);
  } else {
    // An object enters memory before its flight ends: looking in this order misses neither.
    if (PlainBytes bytes = in_memory(wanted.ref.id)) return Result<PlainBytes>(bytes);
    if (ending_) return Result<PlainBytes>(Unavailable("closing"));
    if (WasGivenUp(wanted.ref.id)) return Result<PlainBytes>(Unavailable("given up a moment ago"));
    ++counters_.misses;
    flight = std::make_shared<Flight>(
        Flight{.ref = wanted.ref, .priority = priority, .wanted_first = priority, .created = wanted.since});
    flight->order = next_order_++;
    flights_.emplace(wanted.ref.id, flight);
    const auto whole = whole_packs_.find(wanted.ref.pack);
    if (whole == whole_packs_.end() || !whole->second->Add(flight)) queue_.Add(flight);
  }
  if (wanted.waiter != nullptr)
    for (Waiter& left : flight->waiters.Add(std::move(wanted.waiter))) gone.push_back(std::move(left));
  return std::nullopt;
}

// Adds a further caller to a flight, perhaps with a higher priority.
void TransferTable::Raise(const FlightPtr& flight, Priority priority) {
  if (flight->queued) {
    if (priority >= flight->priority) return;
    queue_.Remove(flight);
    flight->priority = priority;
    queue_.Add(flight);
    return;
  }
  flight->priority = std::min(flight->priority, priority);
  if (priority == Priority::kDemand) OvertakeIfLate(flight);
}

bool TransferTable::WasGivenUp(const Id& id) {
  const auto found = given_up_.find(id);
  if (found == given_up_.end()) return false;
  if (steady_clock::now() - found->second < kGivenUpFor) return true;
  given_up_.erase(found);
  return false;
}

// Older positions of the reader do not count any more.
void TransferTable::DropGuesses() {
  std::vector<FlightPtr> dropped;
  for (auto it = queue_.by_urgency().lower_bound({Priority::kGuess, 0});
       it != queue_.by_urgency().end() && it->first.first == Priority::kGuess; ++it)
    dropped.push_back(it->second);
  for (const FlightPtr& flight : dropped) {
    queue_.Remove(flight);
    if (flight->waiters.empty() && flight->wanted_first == Priority::kGuess) {
      flights_.erase(flight->ref.id);
    } else {  // it was already wanted when it was guessed
      flight->priority = flight->wanted_first;
      queue_.Add(flight);
    }
  }
}

// A demand for an object that is being transferred behind others: a request of its own may be faster.
void TransferTable::OvertakeIfLate(const FlightPtr& flight) {
  const int others = estimate_.bodies();
  for (const TransferPtr& transfer : running_) {
    const auto before = transfer->BytesUntil(flight);
    if (!before || !transfer->is_ahead()) continue;
    const auto alone = estimate_.round_trip() + estimate_.TimeFor(flight->ref.stored_size, others);
    if (estimate_.TimeFor(*before, std::max(0, others - 1)) <= 2 * alone + kWorthIt) return;
    if (!transfer->Leave(flight)) return;
    flight->priority = Priority::kDemand;
    queue_.Add(flight);
    return;
  }
}

// Progress of transfers.

bool TransferTable::HeadCame(PackTransfer& transfer, const TransferHead& head) {
  const MutexLock lock(mutex_);
  const auto now = steady_clock::now();
  const bool is_in_time = transfer.Begin(head, now);
  estimate_.BeginBody(now);
  if (head.status == 200) {
    TakeWholePack(transfer);
  } else {
    origins_[transfer.origin()].NoteAnswer(now);
  }
  return is_in_time;
}

bool TransferTable::BytesCame(PackTransfer& transfer, std::string_view bytes, PackTransfer::Complete& complete) {
  counters_.wire_bytes += bytes.size();
  const MutexLock lock(mutex_);
  const auto now = steady_clock::now();
  Origin& origin = origins_[transfer.origin()];
  if (transfer.received() > 0)  // the travel time of the first bytes is unknown
    origin.NoteBody(now, bytes.size(),
                    std::chrono::duration_cast<std::chrono::microseconds>(now - transfer.last_byte()));
  estimate_.NoteBytes(now, bytes.size());
  const bool was_a_pack = transfer.has_begun_as_pack();
  const bool more_wanted = transfer.Take(bytes, now, complete);
  if (!was_a_pack && transfer.has_begun_as_pack()) origin.NoteAnswer(now);
  if (!more_wanted) LeaveWholePack(transfer);
  return more_wanted;
}

// The server sends the whole pack, so everything wanted from it is taken from this transfer.
void TransferTable::TakeWholePack(PackTransfer& transfer) {
  for (const FlightPtr& flight : queue_.AllOf(transfer.pack()))
    if (transfer.Add(flight)) queue_.Remove(flight);
  whole_packs_[transfer.pack()] = &transfer;
}

void TransferTable::LeaveWholePack(const PackTransfer& transfer) {
  const auto found = whole_packs_.find(transfer.pack());
  if (found != whole_packs_.end() && found->second == &transfer) whole_packs_.erase(found);
}

std::vector<TransferTable::Failed> TransferTable::Ended(const TransferPtr& transfer, const TransferOutcome& outcome) {
  std::vector<Failed> given_up;
  const MutexLock lock(mutex_);
  const auto now = steady_clock::now();
  NoteRoundTrip(outcome);
  Origin& origin = origins_[transfer->origin()];
  --origin.under_way;
  if (transfer->has_body()) {
    origin.NoteFirstByte(now, outcome.first_byte);
    estimate_.EndBody(now);
  }
  LeaveWholePack(*transfer);
  running_.erase(transfer);
  --transfers_;
  if (transfer->is_surprise()) last_demand_ = now;
  const std::vector<FlightPtr> left = transfer->TakeAll();
  if (left.empty()) return given_up;
  const Error error = transfer->Failure(outcome);
  if (error.kind == ErrorKind::kUnavailable) {
    origin.NoteFailure(now, transfer->last_byte(), outcome.retry_after);
    origin.last_reason = origin.Shown(PackPath(transfer->pack())) + ": " + error.message;
  }
  for (const FlightPtr& flight : left)
    if (const auto final = Requeue(flight, transfer->origin(), error, transfer->last_byte()))
      given_up.push_back({flight, *final});
  return given_up;
}

void TransferTable::FileEnded(size_t store, const TransferOutcome& outcome, const Status& status,
                              const std::string& shown) {
  const MutexLock lock(mutex_);
  const auto now = steady_clock::now();
  NoteRoundTrip(outcome);
  --transfers_;
  Origin& origin = origins_[store];
  if (!status.ok() && status.error().kind == ErrorKind::kUnavailable) {
    origin.NoteFailure(now, now, outcome.retry_after);
    origin.last_reason = shown + ": " + status.error().message;
  } else {
    origin.NoteAnswer(now);
  }
}

void TransferTable::NoteRoundTrip(const TransferOutcome& outcome) {
  if (outcome.status == 200 || outcome.status == 206) estimate_.NoteFirstByte(outcome.first_byte);
}

// The end of a flight.

void TransferTable::NoteNoRanges(size_t origin) {
  const MutexLock lock(mutex_);
  origins_[origin].NoteNoRanges(steady_clock::now());
}

std::optional<Error> TransferTable::NoteCorrupt(const FlightPtr& flight, size_t origin, const Error& error) {
  const MutexLock lock(mutex_);
  return Requeue(flight, origin, error, steady_clock::now());
}

std::optional<Error> TransferTable::Requeue(const FlightPtr& flight, size_t origin, const Error& error,
                                            SteadyTime since) {
  bool give_up = false;
  flight->last_reason = origins_[origin].Shown(PackPath(flight->ref.pack)) + ": " + error.message;
  if (error.kind == ErrorKind::kMissing || error.kind == ErrorKind::kRefused) {
    flight->missing_at.insert(origin);
    give_up = flight->missing_at.size() >= origins_.size();
  } else if (error.kind == ErrorKind::kCorrupt) {
    ++counters_.errors;
    give_up = ++flight->corrupt >= kMaxCorrupt;
    // Another mirror may have a good copy; a single server is asked again.
    if (flight->missing_at.size() + 1 < origins_.size()) flight->missing_at.insert(origin);
  } else if (!flight->failing_since) {
    flight->failing_since = std::max(since, flight->created);
  }
  if (give_up) return Error{error.kind, flight->Shown() + ": " + flight->last_reason};
  ++counters_.retries;
  queue_.Add(flight);
  return std::nullopt;
}

std::vector<Waiter> TransferTable::Finish(const FlightPtr& flight, const Result<PlainBytes>& result) {
  if (!result.ok()) ++counters_.errors;
  const MutexLock lock(mutex_);
  flights_.erase(flight->ref.id);
  if (!result.ok() && result.error().kind == ErrorKind::kUnavailable) {
    if (given_up_.size() >= kMaxGivenUp) given_up_.clear();
    given_up_[flight->ref.id] = steady_clock::now();
  }
  return flight->waiters.TakeAll();
}

FlightPtr TransferTable::AnyFlight() const {
  const MutexLock lock(mutex_);
  return flights_.empty() ? nullptr : flights_.begin()->second;
}

}  // namespace rootstream

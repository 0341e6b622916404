#include "cache/network/fetcher.h"

#include <algorithm>

#include "cache/network/ahead_budget.h"
#include "cache/network/answer.h"
#include "cache/network/file_transfer.h"
#include "cache/network/pack_transfer.h"

namespace rootstream {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kMaxTransfers = 8;
constexpr int kMaxAheadTransfers = 4;            // each takes its share of the line from who waits
constexpr uint64_t kMaxRange = 2 << 20;          // bytes of one request for what is waited for
constexpr uint64_t kMaxBefore = 128 << 10;       // bytes of one that come before what is wanted first
constexpr uint64_t kTypicalRequest = 128 << 10;  // bytes, to compare mirrors by
constexpr int kSlowMirror = 3;                   // times slower than another: not waited for
constexpr uint64_t kMovedShare = 8;              // of all bytes, those that may come twice for that
constexpr milliseconds kWorthIt{30};             // time gained by asking again
constexpr int kMaxCorrupt = 3;                   // fetches of one object before it is given up
constexpr seconds kStuck{60};                    // without a whole object, when reads wait for ever
constexpr seconds kLeastStuck{5};                // the same, however soon reads are to fail: a slow line is no failure
constexpr milliseconds kToAsk{1000};             // for a want that is not asked for, though a server may be asked
constexpr milliseconds kSilent{1000};            // without any byte of an answer: another mirror may be sooner
constexpr milliseconds kGivenUpFor{500};
constexpr size_t kMaxGivenUp = 1024;  // objects
constexpr milliseconds kTick{50};
constexpr milliseconds kIdle{1000};

}  // namespace

Fetcher::Fetcher(Transport& transport, Workers& workers, FetchTarget& target, Counters& counters, FetchPolicy policy,
                 const std::vector<std::string>& stores)
    : transport_(transport),
      workers_(workers),
      target_(target),
      counters_(counters),
      policy_(policy),
      store_count_(stores.size()) {
  for (const std::string& store : stores) origins_.emplace_back(store, policy.give_up_after);
  thread_ = Thread("network", [this] { Run(); });
}

void Fetcher::Stop() {
  {
    const Lock lock(mutex_);
    ending_ = true;
  }
  transport_.Wake();
  thread_.Join();
}

Fetcher::~Fetcher() {
  Stop();
  FailAll();
}

void Fetcher::FailAll() {
  for (const auto& job : files_) job->Answer(Unavailable("closing"));
  files_.clear();
  while (!flights_.empty()) Finish(FlightPtr(flights_.begin()->second), Unavailable("closing"));
}

void Fetcher::AddStores(const std::vector<std::string>& stores) {
  const Lock lock(mutex_);
  for (const std::string& store : stores) {
    const auto same = [&](const Origin& origin) { return origin.store_url() == store; };
    if (std::none_of(origins_.begin(), origins_.end(), same)) origins_.emplace_back(store, policy_.give_up_after);
  }
  store_count_ = origins_.size();
}

void Fetcher::WaitForEver() {
  const Lock lock(mutex_);
  policy_.give_up_after.reset();
}

std::optional<seconds> Fetcher::GiveUpAfter() {
  const Lock lock(mutex_);
  return policy_.give_up_after;
}

void Fetcher::Want(std::vector<Wanted> wanted, Priority priority, const std::vector<ObjectRef>& guesses) {
  std::vector<std::pair<Waiter, Result<PlainBytes>>> answered;
  std::vector<Waiter> gone;
  {
    const Lock lock(mutex_);
    for (Wanted& one : wanted)
      if (auto answer = WantOne(one, priority, gone)) answered.emplace_back(one.waiter, *answer);
    if (!guesses.empty()) DropGuesses();
    for (const ObjectRef& ref : guesses) {
      Wanted guess{ref, nullptr};
      (void)WantOne(guess, Priority::kGuess, gone);
    }
  }
  if (answered.size() < wanted.size()) transport_.Wake();
  for (const auto& [waiter, answer] : answered)
    if (waiter != nullptr) waiter(answer);
}

// Where the reader was a moment ago is no longer where it is.
void Fetcher::DropGuesses() {
  std::vector<FlightPtr> dropped;
  for (auto it = queue_.by_urgency().lower_bound({Priority::kGuess, 0});
       it != queue_.by_urgency().end() && it->first.first == Priority::kGuess; ++it)
    dropped.push_back(it->second);
  for (const FlightPtr& flight : dropped) {
    queue_.Remove(flight);
    if (flight->waiters.empty() && flight->wanted_first == Priority::kGuess) {
      flights_.erase(flight->ref.id);
    } else {  // it was wanted before it was guessed
      flight->priority = flight->wanted_first;
      queue_.Add(flight);
    }
  }
}

uint64_t Fetcher::GuessBudget() {
  const Lock lock(mutex_);
  return policy_.neighbours == Neighbours::kLeave ? 0 : rootstream::GuessBudget(line_, guesses_.worth());
}

uint64_t Fetcher::SurveyBudget() {
  const Lock lock(mutex_);
  return policy_.neighbours == Neighbours::kLeave ? 0 : rootstream::SurveyBudget(line_);
}

bool Fetcher::WasGivenUp(const Id& id) {
  const auto found = given_up_.find(id);
  if (found == given_up_.end()) return false;
  if (steady_clock::now() - found->second < kGivenUpFor) return true;
  given_up_.erase(found);
  return false;
}

std::optional<Result<PlainBytes>> Fetcher::WantOne(Wanted& wanted, Priority priority, std::vector<Waiter>& gone) {
  FlightPtr flight;
  if (const auto found = flights_.find(wanted.ref.id); found != flights_.end()) {
    flight = found->second;
    if (priority < flight->priority && flight->queued) {
      queue_.Remove(flight);
      flight->priority = priority;
      queue_.Add(flight);
    } else if (!flight->queued) {
      flight->priority = std::min(flight->priority, priority);
      if (priority == Priority::kDemand) OvertakeIfLate(flight);
    }
  } else {
    // An object enters memory before its flight ends: looking in this order misses neither.
    if (PlainBytes bytes = target_.InMemory(wanted.ref.id)) return Result<PlainBytes>(bytes);
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

void Fetcher::AskForFile(size_t store, const FileAsked& file, FileWaiter waiter) {
  const auto job = std::make_shared<FileJob>(FileJob{store, file, {}, std::move(waiter)});
  bool ending = false;
  {
    const Lock lock(mutex_);
    job->shown = origins_[store].Shown(file.path);
    ending = ending_;
    if (!ending) files_.push_back(job);
  }
  if (ending) return job->Answer(Unavailable("closing"));
  transport_.Wake();
}

Result<std::string> Fetcher::GetFile(size_t store, const std::string& path, size_t limit) {
  auto done = std::make_shared<std::promise<Result<std::string>>>();
  auto answer = done->get_future();
  AskForFile(store, {path, limit, {}}, [done](Result<std::string> result) { done->set_value(std::move(result)); });
  return answer.get();
}

void Fetcher::Run() {
  while (true) {
    bool waiting = false;
    {
      const Lock lock(mutex_);
      if (ending_) return;
      waiting = !queue_.empty() || !running_.empty();
    }
    if (waiting) {
      LeaveStuckTransfers();
      LeaveSlowMirrors();
      FailOverdue();
    }
    StartFiles();
    while (StartNext()) {
    }
    transport_.Poll(waiting ? kTick : kIdle);
  }
}

void Fetcher::StartFiles() {
  while (true) {
    std::shared_ptr<FileJob> job;
    TransferRequest request{.fresh = true};
    {
      const Lock lock(mutex_);
      if (files_.empty()) return;
      job = files_.front();
      files_.pop_front();
      ++transfers_;
      request.url = origins_[job->store].UrlOf(job->file.path);
      request.limit = job->file.time;
    }
    ++counters_.requests;
    transport_.Start(request, std::make_shared<FileTransfer>(*this, job));
  }
}

bool Fetcher::StartNext() {
  TransferRequest request;
  std::shared_ptr<PackTransfer> transfer;
  {
    const Lock lock(mutex_);
    if (transfers_ >= kMaxTransfers) return false;
    const auto now = steady_clock::now();
    FlightPtr first;
    std::optional<size_t> origin;
    for (const auto& [key, flight] : queue_.by_urgency()) {
      if (key.first != Priority::kDemand && !MayFetchAhead(key.first, now)) break;
      origin = PickOrigin(*flight, now);
      if (!origin) continue;
      first = flight;
      break;
    }
    if (first == nullptr) return false;
    Origin& source = origins_[*origin];
    source.NoteAsked(now);
    ++source.under_way;
    const bool whole = !source.ServesRanges(now);
    const FlightQueue::Limits limits{line_.CheapGap(), kMaxRange, line_.Window() / 2, kMaxBefore};
    std::vector<FlightPtr> flights = whole ? queue_.AllOf(first->ref.pack) : queue_.Run(first, limits);
    if (!whole) std::erase_if(flights, [&](const FlightPtr& f) { return f->missing_at.contains(*origin); });
    const PackTransfer::Cause cause{first->priority != Priority::kDemand, first->wanted_first == Priority::kDemand,
                                    !whole};
    for (const FlightPtr& flight : flights) {
      request.fresh = request.fresh || flight->corrupt > 0;
      if (flight->priority == Priority::kGuess) guesses_.Made(flight->ref.id);
      queue_.Remove(flight);
    }
    request.url = source.UrlOf(PackPath(first->ref.pack));
    request.first = whole ? 0 : flights.front()->ref.offset;
    request.size = whole ? 0 : flights.back()->end() - request.first;
    transfer = std::make_shared<PackTransfer>(*this, *origin, first->ref.pack, cause, flights);
    running_.insert(transfer.get());
    ++transfers_;
  }
  ++counters_.requests;
  transport_.Start(request, transfer);
  return true;
}

// The one that would deliver first; of those that are not known, the first; one that is silent, last. One request
// at a time finds out about another: what nobody waits for, unless all else fails.
std::optional<size_t> Fetcher::PickOrigin(const Flight& flight, SteadyTime now) {
  std::optional<size_t> best;
  microseconds best_time{0};
  for (size_t i = 0; i < origins_.size(); ++i) {
    if (flight.missing_at.contains(i) || !origins_[i].MayAsk(now)) continue;
    const auto time = origins_[i].TimeFor(kTypicalRequest, now);
    if (!time && best && flight.priority != Priority::kDemand && origins_[i].under_way == 0) return i;
    const bool is_sooner = best && time && best_time > microseconds(0) && *time < best_time;
    const bool was_silent = best && origins_[*best].is_silent;
    const bool is_better =
        !best || (was_silent && !origins_[i].is_silent) || (is_sooner && was_silent == origins_[i].is_silent);
    if (!is_better) continue;
    best = i;
    best_time = time.value_or(microseconds(0));
  }
  return best;
}

// Who waits on a slow mirror is moved to one that would have delivered long before, as far as the bytes
// that this costs twice stay few; and from a silent one to any other.
void Fetcher::LeaveSlowMirrors() {
  const Lock lock(mutex_);
  if (origins_.size() < 2) return;
  const auto now = steady_clock::now();
  for (PackTransfer* transfer : running_) {
    Origin& origin = origins_[transfer->origin()];
    const bool silent = transfer->IsSilent(now, kSilent) && !origin.HasDelivered(now - kSilent);
    if (silent) origin.is_silent = true;
    for (const FlightPtr& flight : transfer->WaitedFor()) {
      const auto here = transfer->TimeUntil(flight, now);
      const auto other = PickOrigin(*flight, now);
      if (!other || *other == transfer->origin()) continue;
      const auto there = origins_[*other].TimeFor(flight->ref.stored_size, now);
      const bool is_slow = there && here >= kSlowMirror * *there + kWorthIt;
      if (!is_slow && (!silent || origins_[*other].is_silent)) continue;
      if (!silent && moved_bytes_ > counters_.wire_bytes / kMovedShare + kMaxRange) return;
      if (!silent) moved_bytes_ += flight->ref.stored_size;
      transfer->GiveUp(flight);
      flight->priority = Priority::kDemand;
      queue_.Add(flight);
      ++counters_.retries;
    }
  }
}

// As much as fills the line, and no more: who comes to wait finds little before him. What a profile or
// nobody at all asks for leaves the line to demands that it did not foresee, as long as they keep coming; unless
// the profile fits all the same.
bool Fetcher::MayFetchAhead(Priority priority, SteadyTime now) const {
  uint64_t under_way = 0;
  int transfers = 0;
  bool demand = now - last_demand_ < line_.round_trip() / 2;
  for (const PackTransfer* transfer : running_) {
    demand = demand || transfer->is_surprise();
    if (!transfer->is_ahead()) continue;
    ++transfers;
    under_way += transfer->remaining();
  }
  if (transfers >= kMaxAheadTransfers) return false;
  const bool gives_way = priority > Priority::kHotRange || (priority == Priority::kHotRange && !hot_range_fits_);
  if (demand && gives_way) return false;
  return under_way < line_.Window();
}

// A flight that somebody comes to wait for, and that is under way behind others: alone it may be sooner.
void Fetcher::OvertakeIfLate(const FlightPtr& flight) {
  const int others = line_.bodies();
  for (PackTransfer* transfer : running_) {
    const auto before = transfer->BytesUntil(flight);
    if (!before || !transfer->is_ahead()) continue;
    const auto alone = line_.round_trip() + line_.TimeFor(flight->ref.stored_size, others);
    if (line_.TimeFor(*before, std::max(0, others - 1)) <= 2 * alone + kWorthIt) return;
    if (!transfer->Leave(flight)) return;
    flight->priority = Priority::kDemand;
    queue_.Add(flight);
    return;
  }
}

void Fetcher::LeaveStuckTransfers() {
  std::vector<std::pair<FlightPtr, size_t>> stuck;
  const auto give_up_after = GiveUpAfter();
  {
    const Lock lock(mutex_);
    const auto now = steady_clock::now();
    for (PackTransfer* transfer : running_)
      for (const FlightPtr& flight : transfer->TakeIfStuck(now, std::max(give_up_after.value_or(kStuck), kLeastStuck)))
        stuck.emplace_back(flight, transfer->origin());
  }
  const Error error = Unavailable("it sends too slowly");
  for (const auto& [flight, origin] : stuck) {
    if (give_up_after) {
      Finish(flight, Of("object " + flight->ref.id.Hex(), Of(ShownUrl(origin, *flight), error)));
    } else {
      Requeue(flight, origin, error, steady_clock::now());
    }
  }
}

void Fetcher::FailOverdue() {
  const auto give_up_after = GiveUpAfter();
  if (!give_up_after) return;
  std::vector<FlightPtr> overdue;
  {
    const Lock lock(mutex_);
    const auto now = steady_clock::now();
    const bool all_down = std::all_of(origins_.begin(), origins_.end(), [](const Origin& o) { return o.is_down(); });
    SteadyTime down_since{};
    for (const Origin& origin : origins_) down_since = std::max(down_since, origin.down_since());
    // Who may be asked now is asked first, however soon a want is to fail.
    const bool may_ask =
        std::any_of(origins_.begin(), origins_.end(), [now](const Origin& o) { return o.MayAsk(now); });
    const auto whole_time = *give_up_after + (may_ask ? kToAsk : milliseconds(0));
    for (const auto& [key, flight] : queue_.by_urgency()) {
      if (flight->failing_since && now - *flight->failing_since >= *give_up_after) {
        overdue.push_back(flight);
      } else if (all_down && now - std::max(flight->created, down_since) >= whole_time) {
        overdue.push_back(flight);
      }
    }
    for (const FlightPtr& flight : overdue) {
      queue_.Remove(flight);
      // It never was asked for: what kept it from that is what others met.
      for (const Origin& origin : origins_)
        if (flight->last_reason.empty()) flight->last_reason = origin.last_reason;
    }
  }
  for (const FlightPtr& flight : overdue)
    Finish(flight, Unavailable("object " + flight->ref.id.Hex() + ": no answer for too long: " + flight->last_reason));
}

std::string Fetcher::ShownUrl(size_t origin, const Flight& flight) const {
  const Lock lock(mutex_);
  return origins_[origin].Shown(PackPath(flight.ref.pack));
}

void Fetcher::Requeue(const FlightPtr& flight, size_t origin, const Error& error, SteadyTime since) {
  bool give_up = false;
  {
    const Lock lock(mutex_);
    flight->last_reason = origins_[origin].Shown(PackPath(flight->ref.pack)) + ": " + error.message;
    if (error.kind == ErrorKind::kMissing || error.kind == ErrorKind::kRefused) {
      flight->missing_at.insert(origin);
      give_up = flight->missing_at.size() >= origins_.size();
    } else if (error.kind == ErrorKind::kCorrupt) {
      ++counters_.errors;
      give_up = ++flight->corrupt >= kMaxCorrupt;
      // Another mirror may hold a good copy; with one only, it is asked again.
      if (flight->missing_at.size() + 1 < origins_.size()) flight->missing_at.insert(origin);
    } else if (!flight->failing_since) {
      flight->failing_since = std::max(since, flight->created);
    }
    if (!give_up) {
      ++counters_.retries;
      queue_.Add(flight);
    }
  }
  if (give_up) Finish(flight, Error{error.kind, "object " + flight->ref.id.Hex() + ": " + flight->last_reason});
  transport_.Wake();
}

void Fetcher::Open(const FlightPtr& flight, Delivery delivery, std::string stored) {
  const Result<PlainBytes> opened = target_.Accept(flight->ref, std::move(stored));
  if (!opened.ok() && opened.error().kind == ErrorKind::kCorrupt)
    return Requeue(flight, delivery.origin, opened.error(), steady_clock::now());
  if (delivery.instead_of_range) {
    const Lock lock(mutex_);
    origins_[delivery.origin].NoteNoRanges(steady_clock::now());
  }
  Finish(flight, opened);
}

void Fetcher::Finish(const FlightPtr& flight, const Result<PlainBytes>& result) {
  if (!result.ok()) ++counters_.errors;
  std::vector<Waiter> waiters;
  {
    const Lock lock(mutex_);
    flights_.erase(flight->ref.id);
    waiters = flight->waiters.TakeAll();
    if (!result.ok() && result.error().kind == ErrorKind::kUnavailable) {
      if (given_up_.size() >= kMaxGivenUp) given_up_.clear();
      given_up_[flight->ref.id] = steady_clock::now();
    }
  }
  for (const Waiter& waiter : waiters) waiter(result);
}

void Fetcher::NoteOutcome(const TransferOutcome& outcome) {
  if (outcome.status == 200 || outcome.status == 206) line_.NoteFirstByte(outcome.first_byte);
}

NetworkState Fetcher::state() const {
  const Lock lock(mutex_);
  const bool offline = std::all_of(origins_.begin(), origins_.end(), [](const Origin& o) { return o.is_down(); });
  const double rtt_ms = static_cast<double>(line_.round_trip().count()) / 1000;
  return {offline, rtt_ms, line_.bandwidth()};
}

}  // namespace rootstream

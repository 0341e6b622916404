#include "cache/fetcher.h"

#include <algorithm>
#include <cassert>

#include "format/limits.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kMaxTransfers = 8;
constexpr int kMaxAheadTransfers = 4;        // readahead and the like leave room for demand
constexpr uint64_t kMaxRange = 2 << 20;      // bytes of one request
constexpr uint64_t kMaxGap = 8 << 10;        // bytes fetched in vain to save a request
constexpr int kMaxCorrupt = 3;               // fetches of one object before it is given up
constexpr seconds kStuck{60};                // without a whole object, when reads wait for ever
constexpr milliseconds kGivenUpFor{500};
constexpr size_t kMaxGivenUp = 1024;         // objects
constexpr milliseconds kTick{50};
constexpr milliseconds kIdle{1000};

std::string PackUrl(const Origin& origin, const Id& pack) {
  return origin.store_url() + "/" + PackPath(pack);
}

ErrorKind KindOf(const TransferOutcome& outcome) {
  if (outcome.missing) return ErrorKind::kMissing;
  const int status = outcome.status;
  const bool refused = status >= 400 && status < 500;
  if (refused && status != 408 && status != 425 && status != 429)
    return status == 416 ? ErrorKind::kCorrupt : ErrorKind::kMissing;
  return ErrorKind::kUnavailable;
}

}  // namespace

struct Fetcher::Flight {
  ObjectRef ref;
  Priority priority = Priority::kBackground;
  uint64_t order = 0;
  bool queued = false;
  std::vector<Waiter> waiters;
  SteadyTime created = steady_clock::now();
  std::optional<SteadyTime> failing_since;
  std::set<size_t> missing_at;  // origins
  int corrupt = 0;              // times
  std::string last_reason;

  uint64_t end() const { return ref.offset + ref.stored_size; }
};

struct Fetcher::FileJob {
  size_t store;
  std::string path;
  size_t limit;
  std::promise<Result<std::string>> done;
};

// One GET for part of a pack. Its flights leave it as they complete; what is left at the end failed.
class Fetcher::PackTransfer : public TransferSink {
 public:
  PackTransfer(Fetcher& fetcher, size_t origin, const Id& pack, bool ahead,
               const std::vector<FlightPtr>& flights)
      : fetcher_(fetcher), origin_(origin), pack_(pack), ahead_(ahead) {
    for (const FlightPtr& flight : flights) Add(flight);
  }

  bool OnHead(const TransferHead& head) override {
    const Lock lock(fetcher_.mutex_);
    last_byte_ = steady_clock::now();
    position_ = head.first;
    fetcher_.origins_[origin_].NoteAnswer();
    if (head.status == 200) TakeWholePack();
    return pending_.empty() || position_ <= pending_.begin()->first;
  }

  bool OnData(std::string_view bytes) override {
    fetcher_.counters_.wire_bytes += bytes.size();
    std::vector<std::pair<FlightPtr, std::string>> complete;
    bool more_wanted = true;
    {
      const Lock lock(fetcher_.mutex_);
      last_byte_ = steady_clock::now();
      while (!bytes.empty() && !pending_.empty()) Consume(bytes, complete);
      position_ += bytes.size();
      more_wanted = !pending_.empty() || (!whole_ && bytes.empty());
      if (!more_wanted) LeaveWholePack();
    }
    for (auto& [flight, stored] : complete) {
      const size_t cost = stored.size() + flight->ref.plain_size;
      fetcher_.workers_.Push(cost, [&fetcher = fetcher_, origin = origin_, flight = flight,
                                    bytes = std::move(stored)]() mutable {
        fetcher.Open(flight, origin, std::move(bytes));
      });
    }
    return more_wanted;
  }

  void OnDone(const TransferOutcome& outcome) override {
    fetcher_.NoteOutcome(outcome);
    std::map<uint64_t, FlightPtr> failed;
    {
      const Lock lock(fetcher_.mutex_);
      LeaveWholePack();
      fetcher_.running_.erase(this);
      failed.swap(pending_);
      --fetcher_.transfers_;
      if (ahead_) --fetcher_.ahead_transfers_;
    }
    if (failed.empty()) return;
    // Whole but too short, or begun in the wrong place: not what was published.
    Error error = Corrupt("it ends too early");
    const bool answered = outcome.status == 200 || outcome.status == 206;
    const bool wrong_place = answered && outcome.reason == "broken off";
    if (!outcome.complete && !wrong_place) error = {KindOf(outcome), outcome.reason};
    if (error.kind == ErrorKind::kUnavailable) NoteOriginFailure(outcome);
    for (const auto& [offset, flight] : failed)
      fetcher_.Requeue(flight, origin_, error, last_byte_);
  }

  // Under the fetcher's lock. What is still pending, if nothing was completed for `limit`: a server that
  // sends a few bytes now and then keeps a transfer alive, but not the reads that wait for it.
  std::vector<FlightPtr> TakeIfStuck(SteadyTime now, std::chrono::seconds limit) {
    std::vector<FlightPtr> taken;
    if (now - last_complete_ < limit) return taken;
    for (const auto& [offset, flight] : pending_) taken.push_back(flight);
    pending_.clear();
    buffer_ = {};
    return taken;
  }

  size_t origin() const { return origin_; }

  // Under the fetcher's lock. False if the flight's bytes have passed already, or overlap another's
  // (which no sound publisher writes).
  bool Add(const FlightPtr& flight) {
    const auto after = pending_.lower_bound(flight->ref.offset);
    const bool clear_after = after == pending_.end() || flight->end() <= after->first;
    const bool clear_before = after == pending_.begin() ||
                              std::prev(after)->second->end() <= flight->ref.offset;
    if (flight->ref.offset < position_ || !clear_after || !clear_before) return false;
    pending_.emplace(flight->ref.offset, flight);
    return true;
  }

 private:
  // Moves on by what belongs to one flight, or to the gap before it.
  void Consume(std::string_view& bytes,
               std::vector<std::pair<FlightPtr, std::string>>& complete) {
    const auto next = pending_.begin();
    const FlightPtr flight = next->second;
    if (position_ < flight->ref.offset) {
      const uint64_t gap = std::min<uint64_t>(flight->ref.offset - position_, bytes.size());
      bytes.remove_prefix(gap);
      position_ += gap;
      return;
    }
    if (buffer_.empty()) buffer_.reserve(flight->ref.stored_size);
    const uint64_t part = std::min<uint64_t>(flight->end() - position_, bytes.size());
    buffer_.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    position_ += part;
    if (position_ < flight->end()) return;
    pending_.erase(next);
    last_complete_ = last_byte_;
    complete.emplace_back(flight, std::move(buffer_));
    buffer_ = {};
  }

  // The server sends all of the pack: everything wanted of it may as well come from here.
  void TakeWholePack() {
    whole_ = true;
    fetcher_.origins_[origin_].serves_ranges = false;
    auto& queued = fetcher_.queue_by_place_;
    for (auto it = queued.lower_bound({pack_, 0, Id{}});
         it != queued.end() && it->second->ref.pack == pack_;) {
      const FlightPtr flight = (it++)->second;
      if (Add(flight)) fetcher_.Dequeue(flight);
    }
    fetcher_.whole_packs_[pack_] = this;
  }

  void LeaveWholePack() {
    const auto found = fetcher_.whole_packs_.find(pack_);
    if (found != fetcher_.whole_packs_.end() && found->second == this)
      fetcher_.whole_packs_.erase(found);
  }

  void NoteOriginFailure(const TransferOutcome& outcome) {
    const Lock lock(fetcher_.mutex_);
    fetcher_.origins_[origin_].NoteFailure(steady_clock::now(), last_byte_, outcome.retry_after);
  }

  Fetcher& fetcher_;
  const size_t origin_;
  const Id pack_;
  const bool ahead_;
  bool whole_ = false;
  std::map<uint64_t, FlightPtr> pending_;  // by offset; under the fetcher's lock
  uint64_t position_ = 0;                  // in the pack; likewise
  std::string buffer_;                     // of the first pending flight
  SteadyTime last_byte_ = steady_clock::now();
  SteadyTime last_complete_ = last_byte_;  // or when it began
};

class Fetcher::FileTransfer : public TransferSink {
 public:
  FileTransfer(Fetcher& fetcher, std::shared_ptr<FileJob> job)
      : fetcher_(fetcher), job_(std::move(job)) {}

  ~FileTransfer() override {
    if (!answered_) job_->done.set_value(Unavailable("closing"));
  }

  bool OnHead(const TransferHead& head) override { return head.status == 200; }

  bool OnData(std::string_view bytes) override {
    fetcher_.counters_.wire_bytes += bytes.size();
    body_ += bytes;
    return body_.size() <= job_->limit;
  }

  void OnDone(const TransferOutcome& outcome) override {
    fetcher_.NoteOutcome(outcome);
    const auto now = steady_clock::now();
    answered_ = true;
    if (outcome.complete) {
      job_->done.set_value(std::move(body_));
    } else if (body_.size() > job_->limit) {
      job_->done.set_value(Corrupt("it is larger than it can be"));
    } else {
      job_->done.set_value(Error{KindOf(outcome), outcome.reason});
    }
    const Lock lock(fetcher_.mutex_);
    --fetcher_.transfers_;
    Origin& origin = fetcher_.origins_[job_->store];
    if (outcome.status != 0 && outcome.status < 500) {
      origin.NoteAnswer();
    } else if (!outcome.complete && !outcome.missing) {
      origin.NoteFailure(now, now, outcome.retry_after);
    }
  }

 private:
  Fetcher& fetcher_;
  std::shared_ptr<FileJob> job_;
  std::string body_;
  bool answered_ = false;
};

Fetcher::Fetcher(Transport& transport, Workers& workers, FetchTarget& target, Counters& counters,
                 FetchPolicy policy, const std::vector<std::string>& stores)
    : transport_(transport),
      workers_(workers),
      target_(target),
      counters_(counters),
      policy_(policy),
      store_count_(stores.size()) {
  for (const std::string& store : stores) origins_.emplace_back(store);
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
  for (const auto& job : files_) job->done.set_value(Unavailable("closing"));
  while (!flights_.empty())
    Finish(FlightPtr(flights_.begin()->second), Unavailable("closing"));
}

void Fetcher::AddStores(const std::vector<std::string>& stores) {
  const Lock lock(mutex_);
  for (const std::string& store : stores) {
    const auto same = [&](const Origin& origin) { return origin.store_url() == store; };
    if (std::none_of(origins_.begin(), origins_.end(), same)) origins_.emplace_back(store);
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

void Fetcher::Want(std::vector<Wanted> wanted, Priority priority) {
  std::vector<std::pair<Waiter, Result<PlainBytes>>> answered;
  {
    const Lock lock(mutex_);
    for (Wanted& one : wanted)
      if (auto answer = WantOne(one, priority)) answered.emplace_back(one.waiter, *answer);
  }
  if (answered.size() < wanted.size()) transport_.Wake();
  for (const auto& [waiter, answer] : answered)
    if (waiter != nullptr) waiter(answer);
}

bool Fetcher::WasGivenUp(const Id& id) {
  const auto found = given_up_.find(id);
  if (found == given_up_.end()) return false;
  if (steady_clock::now() - found->second < kGivenUpFor) return true;
  given_up_.erase(found);
  return false;
}

std::optional<Result<PlainBytes>> Fetcher::WantOne(Wanted& wanted, Priority priority) {
  FlightPtr flight;
  if (const auto found = flights_.find(wanted.ref.id); found != flights_.end()) {
    flight = found->second;
    if (priority < flight->priority && flight->queued) {
      Dequeue(flight);
      flight->priority = priority;
      Enqueue(flight);
    }
  } else {
    // An object enters memory before its flight ends: looking in this order misses neither.
    if (PlainBytes bytes = target_.InMemory(wanted.ref.id)) return Result<PlainBytes>(bytes);
    if (WasGivenUp(wanted.ref.id))
      return Result<PlainBytes>(Unavailable("given up a moment ago"));
    ++counters_.misses;
    flight = std::make_shared<Flight>(Flight{.ref = wanted.ref, .priority = priority});
    flight->order = next_order_++;
    flights_.emplace(wanted.ref.id, flight);
    const auto whole = whole_packs_.find(wanted.ref.pack);
    if (whole == whole_packs_.end() || !whole->second->Add(flight)) Enqueue(flight);
  }
  if (wanted.waiter != nullptr) flight->waiters.push_back(std::move(wanted.waiter));
  return std::nullopt;
}

Result<std::string> Fetcher::GetFile(size_t store, const std::string& path, size_t limit) {
  const auto job = std::make_shared<FileJob>(FileJob{store, path, limit, {}});
  auto answer = job->done.get_future();
  {
    const Lock lock(mutex_);
    files_.push_back(job);
  }
  transport_.Wake();
  auto result = answer.get();
  if (result.ok()) return result;
  const Lock lock(mutex_);
  return Of(origins_[store].store_url() + "/" + path, result.error());
}

void Fetcher::Enqueue(const FlightPtr& flight) {
  flight->queued = true;
  queue_.emplace(std::pair(flight->priority, flight->order), flight);
  queue_by_place_.emplace(Place(flight->ref.pack, flight->ref.offset, flight->ref.id), flight);
}

void Fetcher::Dequeue(const FlightPtr& flight) {
  flight->queued = false;
  queue_.erase({flight->priority, flight->order});
  queue_by_place_.erase(Place(flight->ref.pack, flight->ref.offset, flight->ref.id));
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
      request.url = origins_[job->store].store_url() + "/" + job->path;
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
    for (const auto& [key, flight] : queue_) {
      if (key.first != Priority::kDemand && ahead_transfers_ >= kMaxAheadTransfers) break;
      origin = PickOrigin(*flight, now);
      if (!origin) continue;
      first = flight;
      break;
    }
    if (first == nullptr) return false;
    Origin& source = origins_[*origin];
    source.NoteAsked(now);
    const bool whole = !source.serves_ranges;
    const std::vector<FlightPtr> flights = Neighbours(first, whole);
    const bool ahead = first->priority != Priority::kDemand;
    for (const FlightPtr& flight : flights) {
      request.fresh = request.fresh || flight->corrupt > 0;
      Dequeue(flight);
    }
    request.url = PackUrl(source, first->ref.pack);
    request.first = whole ? 0 : flights.front()->ref.offset;
    request.size = whole ? 0 : flights.back()->end() - request.first;
    transfer = std::make_shared<PackTransfer>(*this, *origin, first->ref.pack, ahead, flights);
    running_.insert(transfer.get());
    ++transfers_;
    if (ahead) ++ahead_transfers_;
  }
  ++counters_.requests;
  transport_.Start(request, transfer);
  return true;
}

std::optional<size_t> Fetcher::PickOrigin(const Flight& flight, SteadyTime now) {
  for (size_t i = 0; i < origins_.size(); ++i)
    if (!flight.missing_at.contains(i) && origins_[i].MayAsk(now)) return i;
  return std::nullopt;
}

// Queued flights that follow `first` in its pack closely enough to come with it in one request; or
// all of its pack. By offset, without overlap.
std::vector<Fetcher::FlightPtr> Fetcher::Neighbours(const FlightPtr& first, bool whole_pack) {
  std::vector<FlightPtr> flights;
  if (!whole_pack) flights.push_back(first);
  uint64_t end = whole_pack ? 0 : first->end();
  for (auto it = queue_by_place_.lower_bound({first->ref.pack, end, Id{}});
       it != queue_by_place_.end() && it->second->ref.pack == first->ref.pack; ++it) {
    const FlightPtr& flight = it->second;
    if (flight->ref.offset < end) continue;
    const bool near = flight->ref.offset <= end + kMaxGap;
    const bool fits = flight->end() - first->ref.offset <= kMaxRange;
    if (!whole_pack && !(near && fits)) break;
    end = flight->end();
    flights.push_back(flight);
  }
  return flights;
}

void Fetcher::LeaveStuckTransfers() {
  std::vector<std::pair<FlightPtr, size_t>> stuck;
  const auto give_up_after = GiveUpAfter();
  {
    const Lock lock(mutex_);
    const auto now = steady_clock::now();
    for (PackTransfer* transfer : running_)
      for (const FlightPtr& flight :
           transfer->TakeIfStuck(now, give_up_after.value_or(kStuck)))
        stuck.emplace_back(flight, transfer->origin());
  }
  const Error error = Unavailable("it sends too slowly");
  for (const auto& [flight, origin] : stuck) {
    if (give_up_after) {
      Finish(flight, error);
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
    const bool all_down = std::all_of(origins_.begin(), origins_.end(),
                                      [](const Origin& o) { return o.is_down(); });
    SteadyTime down_since{};
    for (const Origin& origin : origins_) down_since = std::max(down_since, origin.down_since());
    for (const auto& [key, flight] : queue_) {
      SteadyTime since = now;
      if (all_down) since = std::max(flight->created, down_since);
      if (flight->failing_since) since = std::min(since, *flight->failing_since);
      if (now - since >= *give_up_after) overdue.push_back(flight);
    }
    for (const FlightPtr& flight : overdue) Dequeue(flight);
  }
  for (const FlightPtr& flight : overdue)
    Finish(flight, Unavailable("no answer for too long: " + flight->last_reason));
}

void Fetcher::Requeue(const FlightPtr& flight, size_t origin, const Error& error, SteadyTime since) {
  bool give_up = false;
  {
    const Lock lock(mutex_);
    flight->last_reason = origins_[origin].store_url() + ": " + error.message;
    if (error.kind == ErrorKind::kMissing) {
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
      Enqueue(flight);
    }
  }
  if (give_up)
    Finish(flight, Error{error.kind, "object " + flight->ref.id.Hex() + ": " + flight->last_reason});
  transport_.Wake();
}

void Fetcher::Open(const FlightPtr& flight, size_t origin, std::string stored) {
  const Result<PlainBytes> opened = target_.Accept(flight->ref, std::move(stored));
  if (!opened.ok() && opened.error().kind == ErrorKind::kCorrupt)
    return Requeue(flight, origin, opened.error(), steady_clock::now());
  Finish(flight, opened);
}

void Fetcher::Finish(const FlightPtr& flight, const Result<PlainBytes>& result) {
  if (!result.ok()) ++counters_.errors;
  std::vector<Waiter> waiters;
  {
    const Lock lock(mutex_);
    flights_.erase(flight->ref.id);
    waiters.swap(flight->waiters);
    if (!result.ok() && result.error().kind == ErrorKind::kUnavailable) {
      if (given_up_.size() >= kMaxGivenUp) given_up_.clear();
      given_up_[flight->ref.id] = steady_clock::now();
    }
  }
  for (const Waiter& waiter : waiters) waiter(result);
}

void Fetcher::NoteOutcome(const TransferOutcome& outcome) {
  const Lock lock(mutex_);
  const auto smooth = [](double& value, double sample) {
    value = value == 0 ? sample : 0.8 * value + 0.2 * sample;
  };
  if (outcome.status == 200 || outcome.status == 206)
    smooth(rtt_ms_, static_cast<double>(outcome.first_byte.count()) / 1000);
  const auto moving = outcome.total - outcome.first_byte;
  if (outcome.bytes >= 64 * 1024 && moving.count() > 0)
    smooth(bandwidth_, static_cast<double>(outcome.bytes) * 1e6 / static_cast<double>(moving.count()));
}

NetworkState Fetcher::state() const {
  const Lock lock(mutex_);
  const bool offline = std::all_of(origins_.begin(), origins_.end(),
                                   [](const Origin& o) { return o.is_down(); });
  return {offline, rtt_ms_, bandwidth_};
}

}  // namespace rootstream

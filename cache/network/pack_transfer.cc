#include "cache/network/pack_transfer.h"

#include <algorithm>

#include "cache/network/answer.h"

namespace rootstream {

using std::chrono::steady_clock;

Fetcher::PackTransfer::PackTransfer(Fetcher& fetcher, size_t origin, const Id& pack, Cause cause,
                                    const std::vector<FlightPtr>& flights)
    : fetcher_(fetcher), origin_(origin), pack_(pack), cause_(cause) {
  for (const FlightPtr& flight : flights) Add(flight);
  if (!pending_.empty()) position_ = pending_.begin()->first;
}

bool Fetcher::PackTransfer::OnHead(const TransferHead& head) {
  const Lock lock(fetcher_.mutex_);
  last_byte_ = steady_clock::now();
  position_ = head.first;
  has_body_ = true;
  fetcher_.line_.BeginBody(last_byte_);
  if (head.status != 200) fetcher_.origins_[origin_].NoteAnswer(last_byte_);
  if (head.status == 200) TakeWholePack();
  return pending_.empty() || position_ <= pending_.begin()->first;
}

bool Fetcher::PackTransfer::OnData(std::string_view bytes) {
  fetcher_.counters_.wire_bytes += bytes.size();
  Complete complete;
  bool more_wanted = true;
  {
    const Lock lock(fetcher_.mutex_);
    const auto now = steady_clock::now();
    if (received_ > 0)  // how long the first bytes were on their way is not known
      fetcher_.origins_[origin_].NoteBody(now, bytes.size(),
                                          std::chrono::duration_cast<std::chrono::microseconds>(now - last_byte_));
    received_ += bytes.size();
    last_byte_ = now;
    fetcher_.line_.NoteBytes(last_byte_, bytes.size());
    if (whole_ && !begins_as_pack_ && !CheckBeginning(bytes)) return false;
    while (!bytes.empty() && !pending_.empty()) Consume(bytes, complete);
    position_ += bytes.size();
    more_wanted = !pending_.empty() || (!whole_ && bytes.empty());
    if (!more_wanted) LeaveWholePack();
  }
  for (auto& [flight, stored] : complete) {
    const size_t cost = stored.size() + flight->ref.plain_size;
    fetcher_.workers_.Push(cost, [&fetcher = fetcher_, delivery = Delivery{origin_, whole_ && cause_.part},
                                  flight = flight, stored_bytes = std::move(stored)]() mutable {
      fetcher.Open(flight, delivery, std::move(stored_bytes));
    });
  }
  return more_wanted;
}

void Fetcher::PackTransfer::OnDone(const TransferOutcome& outcome) {
  std::map<uint64_t, FlightPtr> failed;
  {
    const Lock lock(fetcher_.mutex_);
    fetcher_.NoteOutcome(outcome);
    Origin& origin = fetcher_.origins_[origin_];
    --origin.under_way;
    if (has_body_) origin.NoteFirstByte(steady_clock::now(), outcome.first_byte);
    if (has_body_) fetcher_.line_.EndBody(steady_clock::now());
    LeaveWholePack();
    fetcher_.running_.erase(this);
    failed.swap(pending_);
    --fetcher_.transfers_;
    if (cause_.surprise) fetcher_.last_demand_ = steady_clock::now();
  }
  if (failed.empty()) return;
  // Whole but too short, or begun in the wrong place: not what was published.
  Error error = Corrupt("it ends too early");
  if (!outcome.complete && !outcome.broken_off) error = {outcome.kind, outcome.reason};
  if (whole_ && !begins_as_pack_ && LooksLikeWebPage(beginning_)) problem_ = Unavailable(kWebPage);
  if (problem_) error = *problem_;
  if (error.kind == ErrorKind::kUnavailable) NoteOriginFailure(outcome, error.message);
  for (const auto& [offset, flight] : failed) fetcher_.Requeue(flight, origin_, error, last_byte_);
}

std::vector<FlightPtr> Fetcher::PackTransfer::TakeIfStuck(SteadyTime now, std::chrono::seconds limit) {
  std::vector<FlightPtr> taken;
  if (now - last_complete_ < limit) return taken;
  for (const auto& [offset, flight] : pending_) taken.push_back(flight);
  pending_.clear();
  buffer_ = {};
  return taken;
}

bool Fetcher::PackTransfer::Add(const FlightPtr& flight) {
  const auto after = pending_.lower_bound(flight->ref.offset);
  const bool clear_after = after == pending_.end() || flight->end() <= after->first;
  const bool clear_before = after == pending_.begin() || std::prev(after)->second->end() <= flight->ref.offset;
  if (flight->ref.offset < position_ || !clear_after || !clear_before) return false;
  pending_.emplace(flight->ref.offset, flight);
  return true;
}

std::optional<uint64_t> Fetcher::PackTransfer::BytesUntil(const FlightPtr& flight) const {
  const auto found = pending_.find(flight->ref.offset);
  if (found == pending_.end() || found->second != flight) return std::nullopt;
  return flight->end() - std::min(position_, flight->end());
}

bool Fetcher::PackTransfer::Leave(const FlightPtr& flight) {
  if (position_ > flight->ref.offset) return false;
  pending_.erase(flight->ref.offset);
  return true;
}

std::vector<FlightPtr> Fetcher::PackTransfer::WaitedFor() const {
  std::vector<FlightPtr> flights;
  for (const auto& [offset, flight] : pending_)
    if (flight->priority == Priority::kDemand) flights.push_back(flight);
  return flights;
}

std::chrono::microseconds Fetcher::PackTransfer::TimeUntil(const FlightPtr& flight, SteadyTime now) const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - began_);
  const auto until = BytesUntil(flight).value_or(0);
  if (received_ == 0) return elapsed;  // at least as long again
  return std::chrono::microseconds(static_cast<int64_t>(static_cast<double>(elapsed.count()) *
                                                        static_cast<double>(until) / static_cast<double>(received_)));
}

void Fetcher::PackTransfer::GiveUp(const FlightPtr& flight) {
  const bool is_coming = !pending_.empty() && pending_.begin()->second == flight;
  pending_.erase(flight->ref.offset);
  if (is_coming) buffer_ = {};
}

uint64_t Fetcher::PackTransfer::remaining() const {
  if (pending_.empty()) return 0;
  const uint64_t end = pending_.rbegin()->second->end();
  return end - std::min(position_, end);
}

// Moves on by what belongs to one flight, or to the gap before it.
void Fetcher::PackTransfer::Consume(std::string_view& bytes, Complete& complete) {
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
void Fetcher::PackTransfer::TakeWholePack() {
  whole_ = true;
  for (const FlightPtr& flight : fetcher_.queue_.AllOf(pack_))
    if (Add(flight)) fetcher_.queue_.Remove(flight);
  fetcher_.whole_packs_[pack_] = this;
}

void Fetcher::PackTransfer::LeaveWholePack() {
  const auto found = fetcher_.whole_packs_.find(pack_);
  if (found != fetcher_.whole_packs_.end() && found->second == this) fetcher_.whole_packs_.erase(found);
}

// All of a pack was sent, or a page that asks for a login: the first bytes tell.
bool Fetcher::PackTransfer::CheckBeginning(std::string_view bytes) {
  beginning_ += bytes.substr(0, std::max(kPackHeaderSize, kWebPageBeginning) - beginning_.size());
  if (beginning_.size() < kPackHeaderSize) return true;
  if (IsPackHeader(std::string_view(beginning_).substr(0, kPackHeaderSize))) {
    begins_as_pack_ = true;
    fetcher_.origins_[origin_].NoteAnswer(last_byte_);
    return true;
  }
  if (beginning_.size() < kWebPageBeginning) return true;
  problem_ = LooksLikeWebPage(beginning_) ? Unavailable(kWebPage) : Corrupt("the answer is no pack");
  return false;
}

void Fetcher::PackTransfer::NoteOriginFailure(const TransferOutcome& outcome, const std::string& reason) {
  const Lock lock(fetcher_.mutex_);
  Origin& origin = fetcher_.origins_[origin_];
  origin.NoteFailure(steady_clock::now(), last_byte_, outcome.retry_after);
  origin.last_reason = origin.Shown(PackPath(pack_)) + ": " + reason;
}

}  // namespace rootstream

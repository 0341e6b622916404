#include "cache/network/pack_transfer.h"

#include <algorithm>

#include "cache/network/answer.h"

namespace rootstream {

PackTransfer::PackTransfer(size_t origin, const Id& pack, Cause cause, const std::vector<FlightPtr>& flights)
    : origin_(origin), pack_(pack), cause_(cause) {
  for (const FlightPtr& flight : flights) Add(flight);
  if (!pending_.empty()) position_ = pending_.begin()->first;
}

bool PackTransfer::Begin(const TransferHead& head, SteadyTime now) {
  last_byte_ = now;
  position_ = head.first;
  has_body_ = true;
  whole_ = head.status == 200;
  return pending_.empty() || position_ <= pending_.begin()->first;
}

bool PackTransfer::Take(std::string_view bytes, SteadyTime now, Complete& complete) {
  received_ += bytes.size();
  last_byte_ = now;
  if (whole_ && !begins_as_pack_ && !CheckBeginning(bytes)) return false;
  while (!bytes.empty() && !pending_.empty()) Consume(bytes, complete);
  position_ += bytes.size();
  return !pending_.empty() || (!whole_ && bytes.empty());
}

Error PackTransfer::Failure(const TransferOutcome& outcome) const {
  if (whole_ && !begins_as_pack_ && LooksLikeWebPage(beginning_)) return Unavailable(kWebPage);
  if (problem_) return *problem_;
  if (!outcome.complete && !outcome.broken_off) return {outcome.kind, outcome.reason};
  // Complete but too short, or with a wrong offset: not the published pack.
  return Corrupt("it ends too early");
}

std::vector<FlightPtr> PackTransfer::TakeAll() {
  std::vector<FlightPtr> taken;
  for (const auto& [offset, flight] : pending_) taken.push_back(flight);
  pending_.clear();
  buffer_ = {};
  return taken;
}

bool PackTransfer::Add(const FlightPtr& flight) {
  const auto after = pending_.lower_bound(flight->ref.offset);
  const bool clear_after = after == pending_.end() || flight->end() <= after->first;
  const bool clear_before = after == pending_.begin() || std::prev(after)->second->end() <= flight->ref.offset;
  if (flight->ref.offset < position_ || !clear_after || !clear_before) return false;
  pending_.emplace(flight->ref.offset, flight);
  return true;
}

std::optional<uint64_t> PackTransfer::BytesUntil(const FlightPtr& flight) const {
  const auto found = pending_.find(flight->ref.offset);
  if (found == pending_.end() || found->second != flight) return std::nullopt;
  return flight->end() - std::min(position_, flight->end());
}

bool PackTransfer::Leave(const FlightPtr& flight) {
  if (position_ > flight->ref.offset) return false;
  pending_.erase(flight->ref.offset);
  return true;
}

void PackTransfer::GiveUp(const FlightPtr& flight) {
  const bool is_coming = !pending_.empty() && pending_.begin()->second == flight;
  pending_.erase(flight->ref.offset);
  if (is_coming) buffer_ = {};
}

uint64_t PackTransfer::remaining() const {
  if (pending_.empty()) return 0;
  const uint64_t end = pending_.rbegin()->second->end();
  return end - std::min(position_, end);
}

std::vector<FlightPtr> PackTransfer::WaitedFor() const {
  std::vector<FlightPtr> flights;
  for (const auto& [offset, flight] : pending_)
    if (flight->priority == Priority::kDemand) flights.push_back(flight);
  return flights;
}

std::chrono::microseconds PackTransfer::TimeUntil(const FlightPtr& flight, SteadyTime now) const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - began_);
  const auto until = BytesUntil(flight).value_or(0);
  if (received_ == 0) return elapsed;  // at least twice as much
  return std::chrono::microseconds(static_cast<int64_t>(static_cast<double>(elapsed.count()) *
                                                        static_cast<double>(until) / static_cast<double>(received_)));
}

// Consumes bytes of one flight, or of the gap before it.
void PackTransfer::Consume(std::string_view& bytes, Complete& complete) {
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

// The server sends a whole file instead of a range: the pack, or for example a login page. The first bytes show which.
// Returns false if it is not a pack.
bool PackTransfer::CheckBeginning(std::string_view bytes) {
  beginning_ += bytes.substr(0, std::max(kPackHeaderSize, kWebPageBeginning) - beginning_.size());
  if (beginning_.size() < kPackHeaderSize) return true;
  if (IsPackHeader(std::string_view(beginning_).substr(0, kPackHeaderSize))) {
    begins_as_pack_ = true;
    return true;
  }
  if (beginning_.size() < kWebPageBeginning) return true;
  problem_ = LooksLikeWebPage(beginning_) ? Unavailable(kWebPage) : Corrupt("the answer is no pack");
  return false;
}

}  // namespace rootstream

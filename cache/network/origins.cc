#include "cache/network/origins.h"

#include <algorithm>

namespace rootstream {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr uint64_t kTypicalRequest = 128 << 10;  // bytes: servers are compared by the time for so many
constexpr int kSlower = 3;                       // times slower than another server: not used
constexpr milliseconds kWorthIt{30};             // time gained by asking again

}  // namespace

void Origins::Add(const std::vector<std::string>& stores, std::optional<std::chrono::seconds> limit) {
  for (const std::string& store : stores) {
    const auto same = [&](const Origin& origin) { return origin.store_url() == store; };
    if (std::none_of(origins_.begin(), origins_.end(), same)) origins_.emplace_back(store, limit);
  }
}

// Picks the server that would deliver first. Among servers not measured yet, the first in the list; a silent one comes
// last. To measure another server, one request at a time goes there: one without a waiting reader, if possible.
std::optional<size_t> Origins::Pick(const Flight& flight, SteadyTime now) const {
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

std::optional<size_t> Origins::PickInstead(const Flight& flight, size_t slow, microseconds here, bool is_urgent,
                                           SteadyTime now) const {
  const auto other = Pick(flight, now);
  if (!other || *other == slow) return std::nullopt;
  const auto there = origins_[*other].TimeFor(flight.ref.stored_size, now);
  const bool is_slow = there && here >= kSlower * *there + kWorthIt;
  if (!is_slow && (!is_urgent || origins_[*other].is_silent)) return std::nullopt;
  return other;
}

bool Origins::are_down() const {
  return std::all_of(origins_.begin(), origins_.end(), [](const Origin& o) { return o.is_down(); });
}

SteadyTime Origins::down_since() const {
  SteadyTime since{};
  for (const Origin& origin : origins_) since = std::max(since, origin.down_since());
  return since;
}

bool Origins::MayAsk(SteadyTime now) const {
  return std::any_of(origins_.begin(), origins_.end(), [now](const Origin& o) { return o.MayAsk(now); });
}

std::string Origins::last_reason() const {
  for (const Origin& origin : origins_)
    if (!origin.last_reason.empty()) return origin.last_reason;
  return "";
}

}  // namespace rootstream

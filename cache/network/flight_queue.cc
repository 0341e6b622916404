#include "cache/network/flight_queue.h"

namespace rootstream {

void FlightQueue::Add(const FlightPtr& flight) {
  flight->queued = true;
  by_urgency_.emplace(Urgency(flight->priority, flight->order), flight);
  by_place_.emplace(Place(flight->ref.pack, flight->ref.offset, flight->ref.id), flight);
}

void FlightQueue::Remove(const FlightPtr& flight) {
  flight->queued = false;
  by_urgency_.erase({flight->priority, flight->order});
  by_place_.erase(Place(flight->ref.pack, flight->ref.offset, flight->ref.id));
}

FlightPtr FlightQueue::BeginOfRun(const FlightPtr& first, const Limits& limits) const {
  FlightPtr begin = first;
  if (first->priority < Priority::kHotRange) return begin;  // asked for by a reader
  auto it = by_place_.find(Place(first->ref.pack, first->ref.offset, first->ref.id));
  while (it != by_place_.begin()) {
    const FlightPtr& before = (--it)->second;
    if (before->ref.pack != first->ref.pack || before->priority != first->priority) break;
    if (before->end() > begin->ref.offset || before->end() + limits.gap < begin->ref.offset) break;
    if (first->end() - before->ref.offset > limits.ahead) break;
    if (first->ref.offset - before->ref.offset > limits.before) break;
    begin = before;
  }
  return begin;
}

std::vector<FlightPtr> FlightQueue::Run(const FlightPtr& first, const Limits& limits) const {
  const FlightPtr begin = BeginOfRun(first, limits);
  std::vector<FlightPtr> flights = {begin};
  const Id& pack = first->ref.pack;
  uint64_t end = begin->end();
  for (auto it = by_place_.lower_bound({pack, end, Id{}}); it != by_place_.end() && it->second->ref.pack == pack;
       ++it) {
    const FlightPtr& flight = it->second;
    if (flight->ref.offset < end) continue;
    const bool waited_for = flight->priority == Priority::kDemand;
    const uint64_t size = flight->end() - begin->ref.offset;
    if (flight->ref.offset > end + limits.gap) break;
    if (size > (waited_for ? limits.demand : limits.ahead)) break;
    end = flight->end();
    flights.push_back(flight);
  }
  return flights;
}

std::vector<FlightPtr> FlightQueue::AllOf(const Id& pack) const {
  std::vector<FlightPtr> flights;
  uint64_t end = 0;
  for (auto it = by_place_.lower_bound({pack, 0, Id{}}); it != by_place_.end() && it->second->ref.pack == pack; ++it) {
    if (it->second->ref.offset < end) continue;
    end = it->second->end();
    flights.push_back(it->second);
  }
  return flights;
}

}  // namespace rootstream

// FlightQueue: flights that wait for a transfer, sorted by urgency and by their place in packs. Not thread-safe.
#pragma once

#include <map>
#include <tuple>

#include "cache/network/flight.h"

namespace rootstream {

class FlightQueue {
 public:
  void Add(const FlightPtr& flight);
  void Remove(const FlightPtr& flight);

  using Urgency = std::pair<Priority, uint64_t>;  // then age
  const std::map<Urgency, FlightPtr>& by_urgency() const { return by_urgency_; }
  bool empty() const { return by_urgency_.empty(); }

  struct Limits {
    uint64_t gap = 0;     // bytes between two objects that are fetched unused, to save a request
    uint64_t demand = 0;  // bytes of one request for objects that readers wait for
    uint64_t ahead = 0;   // bytes of one request for other objects
    uint64_t before = 0;  // bytes of one request that may precede `first`
  };
  // The flights to fetch in one request with `first`: those that follow it closely in its pack. If `first` is part of a
  // hot range or a fill, also those of its priority just before it. Sorted by offset, without overlap.
  std::vector<FlightPtr> Run(const FlightPtr& first, const Limits& limits) const;
  std::vector<FlightPtr> AllOf(const Id& pack) const;  // all flights of a pack, sorted by offset, without overlap

 private:
  using Place = std::tuple<Id, uint64_t, Id>;  // pack, offset, object
  FlightPtr BeginOfRun(const FlightPtr& first, const Limits& limits) const;

  std::map<Urgency, FlightPtr> by_urgency_;
  std::map<Place, FlightPtr> by_place_;
};

}  // namespace rootstream

// FlightQueue: flights that wait for a transfer, by urgency and by place. Not thread-safe.
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
    uint64_t gap = 0;     // bytes fetched in vain to save a request
    uint64_t demand = 0;  // bytes of one request for what is waited for
    uint64_t ahead = 0;   // likewise with what is not
    uint64_t before = 0;  // bytes that may come before what is wanted first
  };
  // `first`, and those that follow it in its pack closely enough to come with it in one request; when it is wanted
  // as part of a list, not by a reader, those of its priority before it, too. By offset, without overlap.
  std::vector<FlightPtr> Run(const FlightPtr& first, const Limits& limits) const;
  std::vector<FlightPtr> AllOf(const Id& pack) const;  // likewise

 private:
  using Place = std::tuple<Id, uint64_t, Id>;  // pack, offset, object
  FlightPtr BeginOfRun(const FlightPtr& first, const Limits& limits) const;

  std::map<Urgency, FlightPtr> by_urgency_;
  std::map<Place, FlightPtr> by_place_;
};

}  // namespace rootstream

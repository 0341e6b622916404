// Flight: a request for an object that is queued or being transferred, and the callbacks that wait for it.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/result.h"
#include "cache/network/network_estimate.h"
#include "format/chunk.h"
#include "format/object_ref.h"

namespace rootstream {

// The order in which requests are served.
enum class Priority : uint8_t { kDemand, kReadahead, kGuess, kHotRange, kBackground };

using Waiter = Callback<PlainBytes>;

struct Flight {
  ObjectRef ref;
  Priority priority = Priority::kBackground;
  Priority wanted_first = Priority::kBackground;  // at the first request; `priority` may have risen since
  uint64_t order = 0;
  bool queued = false;
  WaiterList<PlainBytes> waiters;
  SteadyTime created = std::chrono::steady_clock::now();
  std::optional<SteadyTime> failing_since;
  std::set<size_t> missing_at;  // origins
  int corrupt = 0;              // times
  std::string last_reason;

  uint64_t end() const { return ref.offset + ref.stored_size; }
  std::string Shown() const { return "object " + ref.id.Hex(); }
};
using FlightPtr = std::shared_ptr<Flight>;

// A request for one object.
struct Wanted {
  ObjectRef ref;
  Waiter waiter;                                        // empty: the object is only fetched into the cache
  SteadyTime since = std::chrono::steady_clock::now();  // start of the time after which it fails
};

}  // namespace rootstream

// Flight: an object on its way from a server, and who waits for it.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/result.h"
#include "cache/network/line.h"
#include "format/chunk.h"
#include "format/object_ref.h"

namespace rootstream {

// In the order in which they are served.
enum class Priority : uint8_t { kDemand, kReadahead, kGuess, kHotRange, kBackground };

using Waiter = Callback<PlainBytes>;

struct Flight {
  ObjectRef ref;
  Priority priority = Priority::kBackground;
  Priority wanted_first = Priority::kBackground;  // before somebody came to wait for it
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

// What somebody asks for.
struct Wanted {
  ObjectRef ref;
  Waiter waiter;                                        // may be empty: the object is only brought into the cache
  SteadyTime since = std::chrono::steady_clock::now();  // from when on the policy's time counts
};

}  // namespace rootstream

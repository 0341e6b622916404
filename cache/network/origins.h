// Origins: all web servers that hold a store, and the choice of the one to ask. Not thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "cache/network/flight.h"
#include "cache/network/origin.h"

namespace rootstream {

class Origins {
 public:
  // Adds servers by their store URLs, in order of preference, unless they are known. `limit`: see Origin.
  void Add(const std::vector<std::string>& stores, std::optional<std::chrono::seconds> limit);

  Origin& operator[](size_t number) { return origins_[number]; }
  const Origin& operator[](size_t number) const { return origins_[number]; }
  size_t size() const { return origins_.size(); }

  // The origin to ask for an object; nullopt: none may be asked now.
  std::optional<size_t> Pick(const Flight& flight, SteadyTime now) const;
  // The origin to ask again for an object that is being transferred from `slow`, because it would deliver much sooner;
  // nullopt: none. `here`: the time that `slow` still needs. `is_urgent`: `slow` is silent.
  std::optional<size_t> PickInstead(const Flight& flight, size_t slow, std::chrono::microseconds here, bool is_urgent,
                                    SteadyTime now) const;

  bool are_down() const;              // all of them
  SteadyTime down_since() const;      // the last of them
  bool MayAsk(SteadyTime now) const;  // any of them
  std::string last_reason() const;    // why one did not answer, for a person

 private:
  std::vector<Origin> origins_;
};

}  // namespace rootstream

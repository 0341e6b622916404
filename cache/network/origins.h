// Origins: the web servers that hold a store, and which of them is asked next. Not thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "cache/network/origin.h"
#include "cache/network/flight.h"

namespace rootstream {

class Origins {
 public:
  // `limit`: see Origin. Known ones are not added again. The preferred come first.
  void Add(const std::vector<std::string>& stores, std::optional<std::chrono::seconds> limit);

  Origin& operator[](size_t number) { return origins_[number]; }
  const Origin& operator[](size_t number) const { return origins_[number]; }
  size_t size() const { return origins_.size(); }

  // Whom to ask for an object; nullopt: nobody may be asked now.
  std::optional<size_t> Pick(const Flight& flight, SteadyTime now) const;
  // Whom to ask for an object that is under way from `slow`, because it would come much sooner from there; `here`: how
  // long it will still take. `is_urgent`: `slow` says nothing at all.
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

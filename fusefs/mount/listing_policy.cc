#include "fusefs/mount/listing_policy.h"

#include <algorithm>

namespace rootstream {

bool ListingPolicy::AllAttributes(uint64_t directory) {
  return state_.With([&](State& state) {
    if (state.full_left > 0) {
      --state.full_left;
      return true;
    }
    state.bare[state.next++ % state.bare.size()] = directory;
    return false;
  });
}

void ListingPolicy::NoteLookup(uint64_t directory) {
  state_.With([&](State& state) {
    const auto found = std::find(state.bare.begin(), state.bare.end(), directory);
    if (found == state.bare.end()) return;
    state.full_left = kFullListings;
    state.bare.fill(0);
  });
}

}  // namespace rootstream

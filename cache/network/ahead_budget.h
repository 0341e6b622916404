// How many bytes may be fetched before a reader asks for them. A guess costs the time to transfer its bytes, and saves
// a round trip if it is right. So the longer the round trip, the more is guessed, and the fewer guesses must be right.
#pragma once

#include <cstdint>

#include "cache/network/network_estimate.h"

namespace rootstream {

// Bytes to fetch beside a request. `worth`: the share of recent guesses that were right, 0 to 1.
uint64_t GuessBudget(const NetworkEstimate& estimate, double worth);

// Bytes of an image's metadata to fetch once, at the first sign that it will be needed.
uint64_t SurveyBudget(const NetworkEstimate& estimate);

}  // namespace rootstream

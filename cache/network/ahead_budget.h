// What a line makes worth fetching before anybody asks for it: a guess costs the time of its bytes and spares a
// round trip when it is right, so the longer the round trip, the more may be guessed, and the fewer must be right.
#pragma once

#include <cstdint>

#include "cache/network/line.h"

namespace rootstream {

// Bytes beside what is asked for. `worth`: of the last guesses, the part that was right.
uint64_t GuessBudget(const Line& line, double worth);

// Bytes of an image's metadata, once: each object of it spares its own round trip.
uint64_t SurveyBudget(const Line& line);

}  // namespace rootstream

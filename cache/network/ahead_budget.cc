#include "cache/network/ahead_budget.h"

#include <algorithm>

namespace rootstream {
namespace {

constexpr uint64_t kFirstGuess = 64 << 10;  // bytes, while nothing is known
constexpr uint64_t kGuessFactor = 3;        // times the bytes of a round trip
constexpr uint64_t kMaxGuess = 4 << 20;     // bytes
constexpr double kGuessedObject = 100e3;    // bytes, a little more than an object has
constexpr double kLeastWorth = 0.1;         // part of the guesses that are right, from which on all of the
constexpr double kMostWorth = 0.5;          // budget is spent: the least and the most, by the worth
constexpr uint64_t kSurveyFactor = 16;      // times the bytes of a round trip: a survey saves about as many round trips
constexpr uint64_t kLeastSurvey = 512 << 10;  // bytes
constexpr uint64_t kMostSurvey = 4 << 20;

}  // namespace

uint64_t GuessBudget(const NetworkEstimate& estimate, double worth) {
  const uint64_t in_flight = estimate.bytes_in_flight();
  const uint64_t most = estimate.bandwidth() == 0 ? kFirstGuess : std::min(kMaxGuess, kGuessFactor * in_flight);
  const double all_from =
      std::clamp(kGuessedObject / static_cast<double>(std::max<uint64_t>(1, in_flight)), kLeastWorth, kMostWorth);
  return static_cast<uint64_t>(static_cast<double>(most) * std::min(1.0, worth / all_from));
}

uint64_t SurveyBudget(const NetworkEstimate& estimate) {
  return std::clamp(kSurveyFactor * estimate.bytes_in_flight(), kLeastSurvey, kMostSurvey);
}

}  // namespace rootstream

#include "cache/network/flight_queue.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

class FlightQueueTest : public ::testing::Test {
 protected:
  FlightPtr Add(uint64_t offset, uint32_t size, Priority priority, const std::string& pack = "pack") {
    const auto flight = std::make_shared<Flight>();
    flight->ref = {Sha256(std::to_string(order_)), Sha256(pack), offset, size, size};
    flight->priority = priority;
    flight->order = order_++;
    queue_.Add(flight);
    return flight;
  }

  // The offsets of the objects that one request would fetch.
  std::vector<uint64_t> Run(const FlightPtr& first, FlightQueue::Limits limits) {
    std::vector<uint64_t> offsets;
    for (const FlightPtr& flight : queue_.Run(first, limits)) offsets.push_back(flight->ref.offset);
    return offsets;
  }

  uint64_t order_ = 0;
  FlightQueue queue_;
};

TEST_F(FlightQueueTest, TheMostUrgentIsFirstThenTheOldest) {
  Add(100, 10, Priority::kBackground);
  Add(200, 10, Priority::kHotRange);
  const FlightPtr demand = Add(300, 10, Priority::kDemand);
  Add(400, 10, Priority::kDemand);
  EXPECT_EQ(queue_.by_urgency().begin()->second, demand);
  queue_.Remove(demand);
  EXPECT_EQ(queue_.by_urgency().begin()->second->ref.offset, 400u);
  EXPECT_FALSE(demand->queued);
}

TEST_F(FlightQueueTest, ARunGoesOnOverCheapGapsInItsPack) {
  const FlightPtr first = Add(100, 10, Priority::kDemand);
  Add(110, 10, Priority::kHotRange);
  Add(110, 10, Priority::kHotRange, "another pack");
  Add(125, 10, Priority::kDemand);
  Add(145, 10, Priority::kDemand);
  EXPECT_EQ(Run(first, {5, 1000, 1000, 1000}), (std::vector<uint64_t>{100, 110, 125}));
  EXPECT_EQ(Run(first, {10, 1000, 1000, 1000}), (std::vector<uint64_t>{100, 110, 125, 145}));
}

// A hot range's metadata is wanted from the end of its pack to the beginning.
TEST_F(FlightQueueTest, ARunThatNobodyWaitsForBeginsAtWhatLiesBefore) {
  const FlightPtr first = Add(400, 100, Priority::kHotRange);
  Add(310, 80, Priority::kHotRange);
  Add(200, 100, Priority::kHotRange);
  Add(100, 100, Priority::kBackground);
  Add(500, 100, Priority::kHotRange);
  EXPECT_EQ(Run(first, {10, 1000, 1000, 1000}), (std::vector<uint64_t>{200, 310, 400, 500}));
  EXPECT_EQ(Run(first, {9, 1000, 1000, 1000}), (std::vector<uint64_t>{400, 500})) << "the gap is too wide";
  EXPECT_EQ(Run(first, {10, 1000, 200, 1000}), (std::vector<uint64_t>{310, 400})) << "no longer than so";
  EXPECT_EQ(Run(first, {10, 1000, 1000, 90}), (std::vector<uint64_t>{310, 400, 500})) << "not so far before it";
}

TEST_F(FlightQueueTest, ARunBeginsWithWhoWaitsOrWillSoon) {
  for (const Priority priority : {Priority::kDemand, Priority::kReadahead, Priority::kGuess}) {
    const std::string pack = "pack of " + std::to_string(static_cast<int>(priority));
    Add(100, 100, priority, pack);
    const FlightPtr first = Add(200, 100, priority, pack);
    EXPECT_EQ(Run(first, {10, 1000, 1000, 1000}), (std::vector<uint64_t>{200}));
  }
}

TEST_F(FlightQueueTest, ARunKeepsClearOfWhatOverlaps) {
  Add(100, 150, Priority::kHotRange);
  const FlightPtr first = Add(200, 100, Priority::kHotRange);
  EXPECT_EQ(Run(first, {10, 1000, 1000, 1000}), (std::vector<uint64_t>{200}));
}

TEST_F(FlightQueueTest, WhatNobodyWaitsForMakesARequestLongOnlySoFar) {
  const FlightPtr first = Add(100, 100, Priority::kDemand);
  Add(200, 100, Priority::kDemand);
  Add(300, 100, Priority::kGuess);
  Add(400, 100, Priority::kGuess);
  EXPECT_EQ(Run(first, {0, 1000, 300, 1000}), (std::vector<uint64_t>{100, 200, 300}));
  EXPECT_EQ(Run(first, {0, 1000, 100, 1000}), (std::vector<uint64_t>{100, 200}));
  EXPECT_EQ(Run(first, {0, 50, 100, 1000}), (std::vector<uint64_t>{100})) << "never less than the first";
}

}  // namespace
}  // namespace rootstream

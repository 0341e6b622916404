#include "cache/network/pack_transfer.h"

#include <gtest/gtest.h>

#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using std::chrono::seconds;

const std::string kLoginPage = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>" + std::string(500, ' ');

class PackTransferTest : public ::testing::Test {
 protected:
  PackTransferTest() {
    for (size_t n = 0; n < pack_.refs.size(); ++n) {
      flights_.push_back(std::make_shared<Flight>());
      flights_.back()->ref = pack_.refs[n];
    }
  }
  PackTransfer Make(const std::vector<size_t>& numbers) const {
    std::vector<FlightPtr> flights;
    for (const size_t n : numbers) flights.push_back(flights_[n]);
    return {0, pack_.id, {}, flights};
  }
  // Sends the bytes of the pack from `first` on, `step` at a time. Returns the numbers of the completed objects.
  std::vector<size_t> Send(PackTransfer& transfer, uint64_t first, size_t step, int status = 206) {
    PackTransfer::Complete complete;
    EXPECT_TRUE(transfer.Begin({.status = status, .first = first}, now_));
    for (uint64_t at = first; at < pack_.bytes.size(); at += step)
      if (!transfer.Take(std::string_view(pack_.bytes).substr(at, step), now_, complete)) break;
    std::vector<size_t> numbers;
    for (const auto& [flight, bytes] : complete) {
      const size_t n = std::find(flights_.begin(), flights_.end(), flight) - flights_.begin();
      EXPECT_EQ(bytes, pack_.Stored(n));
      numbers.push_back(n);
    }
    return numbers;
  }

  const SteadyTime now_ = std::chrono::steady_clock::now();
  TestPack pack_ = MakeTestPack(5, 300, 40);
  std::vector<FlightPtr> flights_;
};

TEST_F(PackTransferTest, GivesWhatIsWantedHoweverTheBytesAreCut) {
  for (size_t step = 1; step <= pack_.bytes.size(); step += step < 64 ? 1 : 37) {
    PackTransfer range = Make({1, 3, 4});
    EXPECT_EQ(Send(range, pack_.refs[1].offset, step), (std::vector<size_t>{1, 3, 4})) << step;
    PackTransfer whole = Make({0, 2});
    EXPECT_EQ(Send(whole, 0, step, 200), (std::vector<size_t>{0, 2})) << step;
    EXPECT_TRUE(whole.has_begun_as_pack());
    EXPECT_TRUE(range.TakeAll().empty());
  }
}

TEST_F(PackTransferTest, StopsWhenAllIsThere) {
  PackTransfer transfer = Make({0});
  PackTransfer::Complete complete;
  ASSERT_TRUE(transfer.Begin({.status = 206, .first = pack_.refs[0].offset}, now_));
  EXPECT_FALSE(transfer.Take(pack_.Stored(0) + "more", now_, complete));
  EXPECT_EQ(complete.size(), 1u);
}

TEST_F(PackTransferTest, RefusesAnAnswerThatBeginsBehindAnObject) {
  PackTransfer transfer = Make({1});
  EXPECT_FALSE(transfer.Begin({.status = 206, .first = pack_.refs[1].offset + 1}, now_));
}

TEST_F(PackTransferTest, AnEarlyEndIsDamageAndLeavesTheRest) {
  PackTransfer transfer = Make({0, 1});
  PackTransfer::Complete complete;
  ASSERT_TRUE(transfer.Begin({.status = 206, .first = pack_.refs[0].offset}, now_));
  EXPECT_TRUE(transfer.Take(pack_.Stored(0), now_, complete));
  EXPECT_EQ(complete.size(), 1u);
  EXPECT_EQ(transfer.Failure({.status = 206, .complete = true}).kind, ErrorKind::kCorrupt);
  EXPECT_EQ(transfer.Failure({.kind = ErrorKind::kMissing}).kind, ErrorKind::kMissing);
  EXPECT_EQ(transfer.TakeAll(), std::vector<FlightPtr>{flights_[1]});
}

TEST_F(PackTransferTest, AWebPageIsNoDamage) {
  for (const size_t step : {size_t{1}, size_t{7}, kLoginPage.size()}) {
    PackTransfer transfer = Make({0});
    PackTransfer::Complete complete;
    ASSERT_TRUE(transfer.Begin({.status = 200}, now_));
    bool more = true;
    for (size_t at = 0; more && at < kLoginPage.size(); at += step)
      more = transfer.Take(std::string_view(kLoginPage).substr(at, step), now_, complete);
    EXPECT_FALSE(more) << step;
    EXPECT_EQ(transfer.Failure({.broken_off = true}).kind, ErrorKind::kUnavailable) << step;
  }
}

TEST_F(PackTransferTest, AWholeFileThatIsNoPackIsDamage) {
  PackTransfer transfer = Make({0});
  PackTransfer::Complete complete;
  ASSERT_TRUE(transfer.Begin({.status = 200}, now_));
  EXPECT_FALSE(transfer.Take(RandomBytes(4000, 1), now_, complete));
  EXPECT_EQ(transfer.Failure({.broken_off = true}).kind, ErrorKind::kCorrupt);
}

TEST_F(PackTransferTest, AddsOnlyWhatIsStillToCome) {
  PackTransfer transfer = Make({2});
  EXPECT_FALSE(transfer.Add(flights_[1])) << "before its beginning";
  EXPECT_TRUE(transfer.Add(flights_[4]));
  EXPECT_TRUE(transfer.Add(flights_[3]));
  const auto overlapping = std::make_shared<Flight>(*flights_[4]);
  overlapping->ref.offset -= 41;
  EXPECT_FALSE(transfer.Add(overlapping));
  EXPECT_EQ(Send(transfer, pack_.refs[2].offset, 100), (std::vector<size_t>{2, 3, 4}));
  EXPECT_FALSE(transfer.Add(flights_[3])) << "it has passed";
}

TEST_F(PackTransferTest, KeepsAFlightWhoseBytesAreComing) {
  PackTransfer transfer = Make({0, 1});
  PackTransfer::Complete complete;
  ASSERT_TRUE(transfer.Begin({.status = 206, .first = pack_.refs[0].offset}, now_));
  ASSERT_TRUE(transfer.Take(pack_.Stored(0).substr(0, 10), now_, complete));
  EXPECT_FALSE(transfer.Leave(flights_[0]));
  EXPECT_TRUE(transfer.Leave(flights_[1]));
  EXPECT_EQ(transfer.BytesUntil(flights_[0]), pack_.refs[0].stored_size - 10);
  EXPECT_EQ(transfer.BytesUntil(flights_[1]), std::nullopt);
  transfer.GiveUp(flights_[0]);
  EXPECT_TRUE(transfer.TakeAll().empty());
}

TEST_F(PackTransferTest, IsStuckWithoutACompleteObjectWhateverDrips) {
  PackTransfer transfer = Make({0});
  PackTransfer::Complete complete;
  ASSERT_TRUE(transfer.Begin({.status = 206, .first = pack_.refs[0].offset}, now_));
  for (int second = 1; second < 20; ++second) transfer.Take("x", now_ + seconds(second), complete);
  EXPECT_TRUE(transfer.IsStuck(now_ + seconds(20), seconds(15)));
  EXPECT_FALSE(transfer.IsStuck(now_ + seconds(10), seconds(15)));
}

}  // namespace
}  // namespace rootstream

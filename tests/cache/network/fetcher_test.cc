// Covers: cache/network/file_transfer.cc, cache/network/transfer_plan.cc, cache/network/transfer_table.cc.
#include "cache/network/fetcher.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "format/chunk.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"
#include "tests/support/test_transport.h"

namespace rootstream {
namespace {

using std::chrono::seconds;

const std::string kStore = "http://first";
const std::string kMirror = "http://second";
constexpr size_t kAhead = 4;  // concurrent requests for objects that no reader waits for

// Verifies fetched objects, and keeps them in a map.
class TestTarget : public FetchTarget {
 public:
  PlainBytes InMemory(const Id& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(id);
    return found == kept_.end() ? nullptr : found->second;
  }
  Result<PlainBytes> Accept(const ObjectRef& ref, std::string stored) override {
    RS_TRY(const VerifiedBytes verified, Verify(stored, ref.id));
    RS_TRY(std::string plain, Decompress(verified, ref.plain_size));
    const std::lock_guard lock(mutex_);
    order_.push_back(ref.id);
    return kept_[ref.id] = std::make_shared<const std::string>(std::move(plain));
  }
  std::vector<Id> order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

 private:
  std::mutex mutex_;
  std::map<Id, PlainBytes> kept_;
  std::vector<Id> order_;
};

// Collects answers; outlives the fetcher.
class Answers {
 public:
  Waiter Add() {
    const std::lock_guard lock(mutex_);
    const size_t n = answers_.size();
    answers_.emplace_back();
    return [this, n](const Result<PlainBytes>& result) {
      {
        const std::lock_guard inner(mutex_);
        answers_[n].push_back(result);
        ++count_;
      }
      changed_.notify_all();
    };
  }
  bool WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, seconds(60), [&] { return count_ >= count; });
  }
  // The answer of the `n`th waiter, which must have been called exactly once.
  Result<PlainBytes> operator[](size_t n) {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(answers_[n].size(), 1u) << "waiter " << n;
    return answers_[n].empty() ? Result<PlainBytes>(Failed("never called")) : answers_[n][0];
  }
  size_t count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<Result<PlainBytes>>> answers_;
  size_t count_ = 0;
};

class FetcherTest : public ::testing::Test {
 protected:
  ~FetcherTest() override { Close(); }

  void Begin(const std::vector<std::string>& stores = {kStore}, FetchPolicy policy = {}) {
    workers_ = std::make_unique<Workers>(2);
    fetcher_ = std::make_unique<Fetcher>(net_, *workers_, target_, counters_, policy, stores);
  }
  void Close() {
    if (fetcher_ != nullptr) fetcher_->Stop();
    workers_.reset();
    fetcher_.reset();
  }
  void Serve(const TestPack& pack, const std::string& store = kStore) {
    net_.Serve(store + "/" + pack.Path(), pack.bytes);
  }
  void Want(const TestPack& pack, const std::vector<size_t>& objects, Priority priority = Priority::kDemand) {
    std::vector<Wanted> wanted;
    for (const size_t n : objects) wanted.push_back({pack.refs[n], answers_.Add()});
    fetcher_->Want(std::move(wanted), priority);
  }
  void ExpectAnswer(size_t waiter, const std::string& plain) {
    const auto answer = answers_[waiter];
    ASSERT_TRUE(IsOk(answer));
    EXPECT_EQ(**answer, plain);
  }

  FakeTransport net_;
  TestTarget target_;
  Answers answers_;
  Counters counters_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Fetcher> fetcher_;
};

TEST_F(FetcherTest, AsksForJustTheBytesOfTheObject) {
  const TestPack pack = MakeTestPack(3, 5000);
  Serve(pack);
  Begin();
  Want(pack, {1});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[1]);
  const auto requests = net_.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].url, kStore + "/" + pack.Path());
  EXPECT_EQ(requests[0].first, pack.refs[1].offset);
  EXPECT_EQ(requests[0].size, pack.refs[1].stored_size);
  EXPECT_EQ(counters_.wire_bytes, pack.refs[1].stored_size);
}

TEST_F(FetcherTest, HasOneFlightHoweverManyAsk) {
  const TestPack pack = MakeTestPack(1, 5000);
  Serve(pack);
  net_.Hold();
  Begin();
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) threads.emplace_back([&] { Want(pack, {0}); });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(net_.WaitForRequests(1));
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(16));
  for (size_t i = 0; i < 16; ++i) ExpectAnswer(i, pack.plain[0]);
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(17));
  EXPECT_EQ(net_.requests().size(), 1u);
}

TEST_F(FetcherTest, FetchesNeighboursInOneRequest) {
  const TestPack pack = MakeTestPack(20, 3000, 500);
  Serve(pack);
  net_.SetPieceSize(777);
  Begin();
  Want(pack, {5, 3, 4, 9, 7, 6, 8});
  ASSERT_TRUE(answers_.WaitFor(7));
  for (size_t i = 0; i < 7; ++i) ExpectAnswer(i, pack.plain[std::array{5, 3, 4, 9, 7, 6, 8}[i]]);
  // A request begins at the object that was wanted first. The objects before it need a second request.
  EXPECT_LE(net_.requests().size(), 2u);
}

// Like the metadata of a hot range: the topmost shard is wanted first, and is the last in its pack.
TEST_F(FetcherTest, FetchesAListThatIsWantedBackwardsInOneRequest) {
  const TestPack pack = MakeTestPack(6, 3000);
  Serve(pack);
  Begin();
  Want(pack, {5, 4, 3, 2, 1, 0}, Priority::kHotRange);
  ASSERT_TRUE(answers_.WaitFor(6));
  for (size_t i = 0; i < 6; ++i) ExpectAnswer(i, pack.plain[5 - i]);
  ASSERT_EQ(net_.requests().size(), 1u);
  EXPECT_EQ(net_.requests()[0].first, pack.refs[0].offset);
  EXPECT_EQ(net_.requests()[0].size, pack.refs[5].offset + pack.refs[5].stored_size - pack.refs[0].offset);
}

TEST_F(FetcherTest, DoesNotFetchLargeGaps) {
  const TestPack pack = MakeTestPack(2, 1000, 100'000);
  Serve(pack);
  Begin();
  Want(pack, {0, 1});
  ASSERT_TRUE(answers_.WaitFor(2));
  EXPECT_EQ(net_.requests().size(), 2u);
  EXPECT_LT(counters_.wire_bytes, 10'000u);
}

TEST_F(FetcherTest, SplitsLongRuns) {
  const TestPack pack = MakeTestPack(50, 100'000);
  Serve(pack);
  Begin();
  std::vector<size_t> all(50);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  Want(pack, all);
  ASSERT_TRUE(answers_.WaitFor(50));
  for (size_t i = 0; i < 50; ++i) ExpectAnswer(i, pack.plain[i]);
  for (const TransferRequest& request : net_.requests()) EXPECT_LE(request.size, 2u << 20);
  EXPECT_LE(net_.requests().size(), 4u);
}

TEST_F(FetcherTest, MissingGoesToTheNextMirror) {
  const TestPack pack = MakeTestPack(1, 1000);
  Serve(pack, kMirror);
  Begin({kStore, kMirror});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
  const auto requests = net_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_TRUE(requests[1].url.starts_with(kMirror));
}

TEST_F(FetcherTest, MissingEverywhereIsMissing) {
  const TestPack pack = MakeTestPack(1, 1000);
  Begin({kStore, kMirror});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, answers_[0]));
  EXPECT_EQ(net_.requests().size(), 2u);
}

TEST_F(FetcherTest, AMirrorAddedLaterIsAskedToo) {
  const TestPack pack = MakeTestPack(1, 1000);
  Serve(pack, kMirror);
  Begin({kStore});
  fetcher_->table().AddStores({kStore, kMirror});
  EXPECT_EQ(fetcher_->store_count(), 2u);
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, UnavailableIsAskedAgain) {
  for (const int status : {503, 500, 429, 408, 0}) {
    const TestPack pack = MakeTestPack(1, 1000, 0, 10 + status);
    Serve(pack);
    const size_t before = net_.requests().size(), waiter = answers_.count();
    net_.SetFault([=](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
      if (n == before) reply = {.status = status};
    });
    Begin();
    Want(pack, {0});
    ASSERT_TRUE(answers_.WaitFor(waiter + 1));
    ExpectAnswer(waiter, pack.plain[0]);
    EXPECT_EQ(net_.requests().size(), before + 2);
    Close();
  }
}

TEST_F(FetcherTest, UnavailableGoesToTheNextMirrorAtOnce) {
  const TestPack pack = MakeTestPack(1, 1000);
  Serve(pack, kMirror);
  net_.SetFault([](size_t, const TransferRequest& request, FakeTransport::Reply& reply) {
    if (request.url.starts_with(kStore)) reply = {.status = 503, .retry_after = seconds(100)};
  });
  Begin({kStore, kMirror});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
  EXPECT_FALSE(fetcher_->table().state().offline);
}

TEST_F(FetcherTest, AShortBodyIsAskedForAgain) {
  const TestPack pack = MakeTestPack(1, 5000);
  Serve(pack);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n < 2) reply.body.resize(2000 + n);
    if (n == 1) reply.complete = false;
  });
  Begin();
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
  EXPECT_EQ(net_.requests().size(), 3u);
}

TEST_F(FetcherTest, ABrokenTransferKeepsWhatCameWhole) {
  const TestPack pack = MakeTestPack(4, 5000);
  Serve(pack);
  net_.SetFault([&](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n > 0) return;
    reply.body.resize(2 * pack.refs[0].stored_size + 100);
    reply.complete = false;
  });
  Begin();
  Want(pack, {0, 1, 2, 3});
  ASSERT_TRUE(answers_.WaitFor(4));
  for (size_t i = 0; i < 4; ++i) ExpectAnswer(i, pack.plain[i]);
  const auto requests = net_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].first, pack.refs[2].offset);
}

TEST_F(FetcherTest, WrongBytesAreFetchedAgainPastCaches) {
  const TestPack pack = MakeTestPack(1, 5000);
  Serve(pack);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n < 2) reply.body[100] ^= 1;
  });
  Begin();
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
  const auto requests = net_.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_FALSE(requests[0].fresh);
  EXPECT_TRUE(requests[1].fresh);
}

TEST_F(FetcherTest, WrongBytesThreeTimesAreCorrupt) {
  const TestPack pack = MakeTestPack(1, 5000);
  Serve(pack);
  net_.SetFault(
      [](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply.body.assign(reply.body.size(), 'x'); });
  Begin();
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, answers_[0]));
  EXPECT_EQ(net_.requests().size(), 3u);
}

TEST_F(FetcherTest, WrongBytesGoToTheNextMirror) {
  const TestPack pack = MakeTestPack(1, 5000);
  Serve(pack);
  Serve(pack, kMirror);
  net_.SetFault([](size_t, const TransferRequest& request, FakeTransport::Reply& reply) {
    if (request.url.starts_with(kStore)) reply.body[7] ^= 1;
  });
  Begin({kStore, kMirror});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, WhatAMirrorHasWronglyDoesNotComeAlongWithItsNeighbour) {
  const TestPack pack = MakeTestPack(2, 5000);
  Serve(pack);
  Serve(pack, kMirror);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == 0) reply.body[7] ^= 1;
    if (n == 1) reply = {.status = 503, .retry_after = seconds(1)};
  });
  Begin({kStore, kMirror});
  Want(pack, {1});
  ASSERT_TRUE(net_.WaitForRequests(2));  // wrong bytes from the first server, 503 from the second
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(2));
  ExpectAnswer(0, pack.plain[1]);
  ExpectAnswer(1, pack.plain[0]);
  const auto requests = net_.requests();
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[2].size, pack.refs[0].stored_size);
  EXPECT_TRUE(requests[3].url.starts_with(kMirror));
}

TEST_F(FetcherTest, ACaptivePortalIsNoAnswer) {
  const TestPack pack = MakeTestPack(1, 5000);
  Serve(pack, kMirror);
  net_.SetFault([](size_t, const TransferRequest& request, FakeTransport::Reply& reply) {
    if (request.url.starts_with(kStore)) reply = {.status = 200, .body = "<html>Log in</html>"};
  });
  Begin({kStore, kMirror});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, AnAnswerFromAnotherPlaceIsNotTaken) {
  const TestPack pack = MakeTestPack(2, 5000);
  Serve(pack);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == 0) reply.first += 1;
  });
  Begin();
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, AWholePackServesAllThatIsWantedOfIt) {
  const TestPack pack = MakeTestPack(6, 5000, 50'000);
  Serve(pack);
  net_.SetFault([&](size_t, const TransferRequest&, FakeTransport::Reply& reply) {
    reply = {.status = 200, .body = pack.bytes};
  });
  net_.Hold();
  Begin();
  Want(pack, {0, 1, 2, 3, 4, 5}, Priority::kBackground);
  ASSERT_TRUE(net_.WaitForRequests(kAhead));
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(6));
  for (size_t i = 0; i < 6; ++i) ExpectAnswer(i, pack.plain[i]);
  EXPECT_EQ(net_.requests().size(), kAhead) << "the others came with the first";
}

TEST_F(FetcherTest, AServerWithoutRangesIsAskedForWholePacks) {
  const TestPack pack = MakeTestPack(3, 5000, 50'000);
  Serve(pack);
  net_.SetFault([&](size_t, const TransferRequest&, FakeTransport::Reply& reply) {
    reply = {.status = 200, .body = pack.bytes};
  });
  Begin();
  Want(pack, {1});
  ASSERT_TRUE(answers_.WaitFor(1));
  Want(pack, {0, 2});
  ASSERT_TRUE(answers_.WaitFor(3));
  ExpectAnswer(1, pack.plain[0]);
  ExpectAnswer(2, pack.plain[2]);
  const auto requests = net_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].size, 0u);
}

// A captive portal answers the first request.
TEST_F(FetcherTest, ALoginPageDoesNotTurnRangesOff) {
  const TestPack pack = MakeTestPack(2, 5000, 50'000);
  Serve(pack);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == 0) reply = {.status = 200, .body = "<!DOCTYPE html><html><body>Log in to go on" + std::string(9000, '.')};
  });
  Begin();
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
  Want(pack, {1});
  ASSERT_TRUE(answers_.WaitFor(2));
  for (const TransferRequest& request : net_.requests()) EXPECT_EQ(request.size, pack.refs[0].stored_size);
}

TEST_F(FetcherTest, AnotherFileInPlaceOfAPackDoesNotTurnRangesOff) {
  const TestPack pack = MakeTestPack(2, 5000, 50'000);
  Serve(pack);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == 0) reply = {.status = 200, .body = RandomBytes(200'000, 7)};
  });
  Begin();
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
  EXPECT_LT(counters_.wire_bytes, 50'000u) << "the first bytes tell";
  for (const TransferRequest& request : net_.requests()) EXPECT_GT(request.size, 0u);
}

TEST_F(FetcherTest, ALoginPageIsWaitedOutAsSilenceIs) {
  const TestPack pack = MakeTestPack(1, 5000);
  Serve(pack);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n < 5) reply = {.status = 200, .body = "<html>Log in</html>"};
  });
  Begin();
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, RefusedGoesToTheNextMirrorAndStaysRefused) {
  const TestPack pack = MakeTestPack(1, 1000);
  net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 401}; });
  Begin({kStore, kMirror});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  EXPECT_TRUE(FailsWith(ErrorKind::kRefused, answers_[0]));
  EXPECT_EQ(net_.requests().size(), 2u);
}

TEST_F(FetcherTest, AMirrorThatSaysNothingIsNotWaitedFor) {
  const TestPack pack = MakeTestPack(1, 1000);
  Serve(pack, kMirror);
  net_.SetSilent(kStore);
  Begin({kStore, kMirror}, {std::nullopt});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, FailsAtOnceWithItsReasonWhenToldTo) {
  const TestPack pack = MakeTestPack(2, 1000);
  net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 503}; });
  Begin({"http://user:secret@first/s?token=secret"}, {seconds(0)});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  Want(pack, {1});  // the server is known to be down
  ASSERT_TRUE(answers_.WaitFor(2));
  for (const size_t n : {0, 1}) {
    const auto answer = answers_[n];
    ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, answer));
    EXPECT_NE(answer.error().message.find("http://first/s/" + pack.Path() + ": HTTP 503"), std::string::npos)
        << answer.error().message;
    EXPECT_EQ(answer.error().message.find("secret"), std::string::npos);
    EXPECT_NE(answer.error().message.find(pack.refs[n].id.Hex()), std::string::npos);
  }
}

TEST_F(FetcherTest, AServerThatOnceSaidTomorrowIsAskedToday) {
  const TestPack pack = MakeTestPack(1, 1000);
  Serve(pack);
  net_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == 0) reply = {.status = 503, .retry_after = seconds(86400)};
  });
  Begin({kStore}, {seconds(4)});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, SendsTheStoresQueryWithEachRequest) {
  const TestPack pack = MakeTestPack(1, 1000);
  net_.Serve(kStore + "/" + pack.Path() + "?token=t", pack.bytes);
  Begin({kStore + "?token=t"});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, GivesUpAfterThePolicysTime) {
  const TestPack pack = MakeTestPack(2, 1000);
  net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 0}; });
  Begin({kStore, kMirror}, {seconds(1)});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, answers_[0]));
  EXPECT_TRUE(fetcher_->table().state().offline);
  EXPECT_GT(counters_.errors, 0u);
}

TEST_F(FetcherTest, RecoversAfterGivingUp) {
  const TestPack pack = MakeTestPack(2, 1000);
  Serve(pack);
  std::atomic<bool> down = true;
  net_.SetFault([&](size_t, const TransferRequest&, FakeTransport::Reply& reply) {
    if (down) reply = {.status = 503};
  });
  Begin({kStore}, {seconds(1)});
  Want(pack, {0});
  ASSERT_TRUE(answers_.WaitFor(1));
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, answers_[0]));
  down = false;
  size_t waiters = 1;  // requests may fail until the next probe, but not for ever
  bool good = false;
  while (!good && waiters < 20) {
    Want(pack, {1});
    ASSERT_TRUE(answers_.WaitFor(++waiters));
    good = answers_[waiters - 1].ok();
  }
  EXPECT_TRUE(good);
}

TEST_F(FetcherTest, AStalledTransferFailsAfterThePolicysTime) {
  const TestPack pack = MakeTestPack(3, 1000);
  Serve(pack);
  net_.Hold();
  Begin({kStore}, {seconds(1)});
  Want(pack, {0, 1});
  ASSERT_TRUE(answers_.WaitFor(2));
  for (const size_t n : {0, 1}) EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, answers_[n])) << n;
  net_.Release();  // late answers do no harm
  bool good = false;
  for (size_t waiters = 2; !good && waiters < 20;) {
    Want(pack, {2});
    ASSERT_TRUE(answers_.WaitFor(++waiters));
    good = answers_[waiters - 1].ok();
  }
  EXPECT_TRUE(good);
}

TEST_F(FetcherTest, WaitsForEverWhenToldTo) {
  const TestPack pack = MakeTestPack(1, 1000);
  Serve(pack);
  std::atomic<bool> down = true;
  net_.SetFault([&](size_t, const TransferRequest&, FakeTransport::Reply& reply) {
    if (down) reply = {.status = 0};
  });
  Begin({kStore}, {std::nullopt});
  Want(pack, {0});
  ASSERT_TRUE(net_.WaitForRequests(4));
  EXPECT_EQ(answers_.count(), 0u);
  down = false;
  ASSERT_TRUE(answers_.WaitFor(1));
  ExpectAnswer(0, pack.plain[0]);
}

TEST_F(FetcherTest, DemandOvertakesQueuedReadahead) {
  const TestPack ahead = MakeTestPack(40, 1000, 50'000, 1), asked = MakeTestPack(1, 1000, 0, 2);
  Serve(ahead);
  Serve(asked);
  net_.Hold();
  Begin();
  std::vector<size_t> all(40);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  Want(ahead, all, Priority::kReadahead);
  ASSERT_TRUE(net_.WaitForRequests(kAhead));
  Want(asked, {0});
  ASSERT_TRUE(net_.WaitForRequests(kAhead + 1)) << "readahead leaves room for it";
  EXPECT_EQ(net_.requests()[kAhead].url, kStore + "/" + asked.Path());
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(41));
}

TEST_F(FetcherTest, DemandRaisesWhatIsQueuedAlready) {
  const TestPack pack = MakeTestPack(40, 1000, 50'000);
  Serve(pack);
  net_.Hold();
  Begin();
  std::vector<size_t> all(40);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  Want(pack, all, Priority::kBackground);
  ASSERT_TRUE(net_.WaitForRequests(kAhead));
  Want(pack, {39});
  ASSERT_TRUE(net_.WaitForRequests(kAhead + 1));
  EXPECT_EQ(net_.requests()[kAhead].first, pack.refs[39].offset);
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(41));
  EXPECT_EQ(net_.requests().size(), 40u);
}

TEST_F(FetcherTest, NewGuessesTakeThePlaceOfThoseThatAreQueued) {
  const TestPack old_place = MakeTestPack(40, 1000, 300'000, 1), asked = MakeTestPack(2, 1000, 300'000, 2);
  const TestPack new_place = MakeTestPack(2, 1000, 300'000, 3);
  for (const TestPack* pack : {&old_place, &asked, &new_place}) Serve(*pack);
  net_.Hold();
  Begin();
  fetcher_->Want({{asked.refs[0], answers_.Add()}}, Priority::kDemand, old_place.refs);
  ASSERT_TRUE(net_.WaitForRequests(1 + kAhead)) << "a demand, and guesses";
  fetcher_->Want({{asked.refs[1], answers_.Add()}}, Priority::kDemand, new_place.refs);
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(2));
  ASSERT_TRUE(net_.WaitForRequests(4 + kAhead));
  size_t old_requests = 0, new_requests = 0;
  for (const TransferRequest& request : net_.requests()) {
    old_requests += request.url == kStore + "/" + old_place.Path() ? 1 : 0;
    new_requests += request.url == kStore + "/" + new_place.Path() ? 1 : 0;
  }
  EXPECT_EQ(old_requests, kAhead);
  EXPECT_EQ(new_requests, 2u);
}

TEST_F(FetcherTest, AGuessThatIsDroppedTakesNothingFromWhoWantedItBefore) {
  const TestPack hot = MakeTestPack(30, 1000, 300'000, 1), asked = MakeTestPack(2, 1000, 300'000, 2);
  Serve(hot);
  Serve(asked);
  net_.Hold();
  Begin();
  std::vector<size_t> all(30);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  Want(hot, all, Priority::kHotRange);
  const std::vector<ObjectRef> last(hot.refs.end() - 5, hot.refs.end());
  fetcher_->Want({{asked.refs[0], answers_.Add()}}, Priority::kDemand, last);
  fetcher_->Want({{asked.refs[1], answers_.Add()}}, Priority::kDemand, {hot.refs[10]});
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(32));
  for (size_t i = 0; i < 30; ++i) ExpectAnswer(i, hot.plain[i]);
}

// The objects that open the image are demands, too, and must not delay the hot range.
TEST_F(FetcherTest, TheHotRangeBeginsBesideDemandsUntilReadsTell) {
  const TestPack hot = MakeTestPack(1, 1000, 0, 1), asked = MakeTestPack(1, 1000, 0, 2);
  Serve(hot);
  Serve(asked);
  net_.Hold();
  Begin();
  Want(asked, {0});
  ASSERT_TRUE(net_.WaitForRequests(1));
  Want(hot, {0}, Priority::kHotRange);
  EXPECT_TRUE(net_.WaitForRequests(2));
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(2));
}

TEST_F(FetcherTest, TheHotRangeWaitsForASurprise) {
  const TestPack hot = MakeTestPack(40, 1000, 300'000, 1), asked = MakeTestPack(1, 1000, 0, 2);
  Serve(hot);
  Serve(asked);
  net_.Hold();
  Begin();
  fetcher_->table().SetHotRangeFits(false);
  Want(asked, {0});
  ASSERT_TRUE(net_.WaitForRequests(1));
  std::vector<size_t> all(40);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  Want(hot, all, Priority::kHotRange);
  Want(hot, {7});  // a demand for an object of the hot range, which the profile predicted
  ASSERT_TRUE(net_.WaitForRequests(2));
  EXPECT_EQ(net_.requests()[1].first, hot.refs[7].offset);
  EXPECT_EQ(net_.requests().size(), 2u);
  net_.Release();
  ASSERT_TRUE(answers_.WaitFor(42));
}

TEST_F(FetcherTest, ClosingAnswersWhoWaits) {
  const TestPack pack = MakeTestPack(30, 1000, 50'000);
  Serve(pack);
  net_.Hold();
  Begin();
  std::vector<size_t> all(30);
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  Want(pack, all);
  ASSERT_TRUE(net_.WaitForRequests(8));
  Close();
  ASSERT_EQ(answers_.count(), 30u);
  for (size_t i = 0; i < 30; ++i) EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, answers_[i]));
}

TEST_F(FetcherTest, WhoWantsMoreWhenItClosesHearsThatToo) {
  const TestPack pack = MakeTestPack(2, 1000, 300'000);
  Serve(pack);
  net_.Hold();
  Begin();
  const Waiter second = answers_.Add();
  fetcher_->Want({{pack.refs[0],
                   [&](const Result<PlainBytes>& bytes) {
                     EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, bytes));
                     fetcher_->Want({{pack.refs[1], second}}, Priority::kDemand);
                   }}},
                 Priority::kDemand);
  ASSERT_TRUE(net_.WaitForRequests(1));
  fetcher_->Stop();
  workers_.reset();
  fetcher_->FailAll();
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, answers_[0]));
}

// A correct publisher never writes such places, but a signed image may contain them.
TEST_F(FetcherTest, OverlappingAndEqualPlacesAllGetAnAnswer) {
  const TestPack pack = MakeTestPack(3, 4000);
  Serve(pack);
  Begin({kStore}, {seconds(5)});
  std::vector<Wanted> wanted;
  const auto want = [&](ObjectRef ref) { wanted.push_back({ref, answers_.Add()}); };
  want(pack.refs[0]);
  ObjectRef same_place = pack.refs[0];
  same_place.id = Sha256("another");
  want(same_place);
  ObjectRef inside = pack.refs[0];
  inside.id = Sha256("inside");
  inside.offset += 10;
  inside.stored_size -= 100;
  want(inside);
  ObjectRef across = pack.refs[0];
  across.id = Sha256("across");
  across.stored_size += pack.refs[1].stored_size;
  want(across);
  want(pack.refs[1]);
  ObjectRef beyond = pack.refs[2];
  beyond.id = Sha256("beyond");
  beyond.offset = pack.bytes.size() - 5;
  want(beyond);
  ObjectRef far = beyond;
  far.id = Sha256("far");
  far.offset = 60 << 20;
  want(far);
  fetcher_->Want(std::move(wanted), Priority::kDemand);
  ASSERT_TRUE(answers_.WaitFor(7));
  ExpectAnswer(0, pack.plain[0]);
  ExpectAnswer(4, pack.plain[1]);
  for (const size_t n : {1, 2, 3, 5, 6}) EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, answers_[n])) << n;
}

TEST_F(FetcherTest, OverlappingPlacesOfAWholePackAllGetAnAnswer) {
  const TestPack pack = MakeTestPack(3, 4000);
  net_.SetFault([&](size_t, const TransferRequest&, FakeTransport::Reply& reply) {
    reply = {.status = 200, .body = pack.bytes};
  });
  Begin({kStore}, {seconds(5)});
  Want(pack, {2});
  ASSERT_TRUE(answers_.WaitFor(1));
  std::vector<Wanted> wanted;
  for (int n = 0; n < 5; ++n) {
    ObjectRef ref = pack.refs[0];
    ref.id = Sha256("other " + std::to_string(n));
    ref.offset += 100 * n;
    wanted.push_back({ref, answers_.Add()});
  }
  wanted.push_back({pack.refs[0], answers_.Add()});
  wanted.push_back({pack.refs[1], answers_.Add()});
  fetcher_->Want(std::move(wanted), Priority::kDemand);
  ASSERT_TRUE(answers_.WaitFor(8));
  for (size_t n = 1; n < 6; ++n) EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, answers_[n])) << n;
  ExpectAnswer(6, pack.plain[0]);
  ExpectAnswer(7, pack.plain[1]);
}

TEST_F(FetcherTest, WantsWithoutAWaiterAreBroughtIn) {
  const TestPack pack = MakeTestPack(2, 4000);
  Serve(pack);
  Begin();
  fetcher_->Want({{pack.refs[0], nullptr}}, Priority::kHotRange);
  Want(pack, {1});
  ASSERT_TRUE(answers_.WaitFor(1));
  for (int tries = 0; target_.InMemory(pack.refs[0].id) == nullptr && tries < 1000; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_NE(target_.InMemory(pack.refs[0].id), nullptr);
}

Result<std::string> GetFile(Fetcher& fetcher, size_t store, size_t limit) {
  std::promise<Result<std::string>> done;
  fetcher.AskForFile(store, {"images/a/b", limit, {}}, [&](Result<std::string> result) { done.set_value(result); });
  return done.get_future().get();
}

TEST_F(FetcherTest, GetsWholeFiles) {
  net_.Serve(kStore + "/images/a/b", "the ref");
  Begin({kStore, kMirror});
  const auto file = GetFile(*fetcher_, 0, 100);
  ASSERT_TRUE(IsOk(file));
  EXPECT_EQ(*file, "the ref");
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, GetFile(*fetcher_, 1, 100)));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, GetFile(*fetcher_, 0, 6)));
  EXPECT_TRUE(net_.requests()[0].fresh);
  net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 502}; });
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, GetFile(*fetcher_, 0, 100)));
  net_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply.complete = false; });
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, GetFile(*fetcher_, 0, 100)));
}

}  // namespace
}  // namespace rootstream

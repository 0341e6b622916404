#include "server-tools/downloads.h"

#include <gtest/gtest.h>

#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"
#include "tests/support/test_transport.h"

namespace rootstream {
namespace {

using std::chrono::seconds;

constexpr size_t kLimit = 1 << 20;
const std::string kStore = "http://origin/store";

// Keeps the received bytes, and counts the restarts.
class TestDownload : public Download {
 public:
  TestDownload(std::string path, std::string expected) : path_(std::move(path)), expected_(std::move(expected)) {}
  const std::string& path() const override { return path_; }
  uint64_t limit() const override { return kLimit; }
  Result<uint64_t> Begin() override { return uint64_t{bytes.size()}; }
  Status Restart() override { return ++restarts, bytes.clear(), Ok(); }
  Status Take(std::string_view more) override {
    if (full) return Failed("the disk is full");
    return bytes += more, Ok();
  }
  Status Finish() override { return bytes == expected_ ? Ok() : Corrupt("wrong bytes"); }

  std::string bytes;
  int restarts = 0;
  bool full = false;

 private:
  const std::string path_;
  const std::string expected_;
};

class DownloadsTest : public ::testing::Test {
 protected:
  DownloadsTest() { network_.Serve(kStore + "/file", content_); }

  Status Fetch(const std::shared_ptr<TestDownload>& file) { return downloads_.Await(downloads_.Add(file)); }
  // Breaks off the first `count` answers after `size` bytes.
  void BreakOff(size_t count, size_t size) {
    network_.SetFault([=](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
      if (n >= count) return;
      reply.body.resize(std::min(reply.body.size(), size));
      reply.complete = false;
    });
  }

  const std::string content_ = RandomBytes(100'000, 1);
  FakeTransport network_;
  Downloads downloads_{network_, kStore, seconds(1), [](uint64_t) {}};
  const std::shared_ptr<TestDownload> file_ = std::make_shared<TestDownload>("file", content_);
};

TEST_F(DownloadsTest, BringAFile) {
  ASSERT_TRUE(IsOk(Fetch(file_)));
  EXPECT_EQ(file_->bytes, content_);
  EXPECT_EQ(downloads_.bytes(), content_.size());
  const auto bytes = downloads_.GetFile("file", kLimit);
  ASSERT_TRUE(IsOk(bytes));
  EXPECT_EQ(*bytes, content_);
}

TEST_F(DownloadsTest, BringManyFilesInAnyOrderOfAwait) {
  std::vector<Downloads::JobPtr> jobs;
  std::vector<std::shared_ptr<TestDownload>> files;
  for (int i = 0; i < 30; ++i) {
    const std::string path = "file" + std::to_string(i);
    network_.Serve(kStore + "/" + path, content_);
    files.push_back(std::make_shared<TestDownload>(path, content_));
    jobs.push_back(downloads_.Add(files.back()));
  }
  for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) ASSERT_TRUE(IsOk(downloads_.Await(*job)));
  for (const auto& file : files) EXPECT_EQ(file->bytes, content_);
  EXPECT_EQ(network_.requests().size(), 30u);
}

TEST_F(DownloadsTest, GoOnWhereAnAnswerBrokeOff) {
  BreakOff(3, 20'000);
  ASSERT_TRUE(IsOk(Fetch(file_)));
  EXPECT_EQ(file_->bytes, content_);
  EXPECT_EQ(file_->restarts, 0);
  EXPECT_EQ(downloads_.bytes(), content_.size()) << "no byte came twice";
}

TEST_F(DownloadsTest, GoOnWithWhatAnEarlierRunLeft) {
  file_->bytes = content_.substr(0, 70'000);
  ASSERT_TRUE(IsOk(Fetch(file_)));
  EXPECT_EQ(downloads_.bytes(), 30'000u);
}

TEST_F(DownloadsTest, TakeAnAnswerWithTheWholeFileInstead) {
  file_->bytes = content_.substr(0, 70'000);
  network_.SetFault(
      [&](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 200, .body = content_}; });
  ASSERT_TRUE(IsOk(Fetch(file_)));
  EXPECT_EQ(file_->restarts, 1);
}

TEST_F(DownloadsTest, RefuseAnotherPartThanWasAskedFor) {
  file_->bytes = content_.substr(0, 70'000);
  network_.SetFault([&](size_t, const TransferRequest& request, FakeTransport::Reply& reply) {
    if (request.size > 0) reply.first += 1;
  });
  ASSERT_TRUE(IsOk(Fetch(file_)));
  EXPECT_EQ(file_->bytes, content_);
}

TEST_F(DownloadsTest, BeginAnewWhenMoreIsThereThanTheFileHas) {
  file_->bytes = content_ + "more";
  ASSERT_TRUE(IsOk(Fetch(file_)));
  EXPECT_EQ(file_->bytes, content_);
}

TEST_F(DownloadsTest, FetchAWrongFileOnceMoreAndAsksForAFreshCopy) {
  network_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == 0) reply.body[5] ^= 1;
  });
  ASSERT_TRUE(IsOk(Fetch(file_)));
  ASSERT_EQ(network_.requests().size(), 2u);
  EXPECT_FALSE(network_.requests()[0].fresh);
  EXPECT_TRUE(network_.requests()[1].fresh);
}

TEST_F(DownloadsTest, GiveAWrongFileUp) {
  network_.Serve(kStore + "/file", RandomBytes(100'000, 2));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Fetch(file_)));
  EXPECT_EQ(network_.requests().size(), 2u);
}

TEST_F(DownloadsTest, GiveAFileUpThatIsTooLarge) {
  network_.Serve(kStore + "/file", std::string(kLimit + 1, 'x'));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, Fetch(file_)));
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, downloads_.GetFile("file", 1000)));
}

TEST_F(DownloadsTest, GiveAFileUpThatAlwaysBreaksOffAtTheSameByte) {
  network_.SetFault([&](size_t, const TransferRequest&, FakeTransport::Reply& reply) {
    reply = {.status = 200, .body = content_.substr(0, 500), .complete = false};
  });
  Downloads patient{network_, kStore, seconds(60), [](uint64_t) {}};
  EXPECT_TRUE(FailsWith(ErrorKind::kCorrupt, patient.Await(patient.Add(file_))));
}

TEST_F(DownloadsTest, TellWhatIsMissingAtOnce) {
  const Status status = Fetch(std::make_shared<TestDownload>("nothing", ""));
  ASSERT_TRUE(FailsWith(ErrorKind::kMissing, status));
  EXPECT_EQ(status.error().message, kStore + "/nothing: HTTP 404");
}

TEST_F(DownloadsTest, AskAServerAgainThatHasTrouble) {
  network_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n < 2) reply = {.status = n == 0 ? 503 : 0};
  });
  EXPECT_TRUE(IsOk(Fetch(file_)));
}

TEST_F(DownloadsTest, LeaveAServerThatStaysDown) {
  network_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 0}; });
  const Status status = Fetch(file_);
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, status));
  EXPECT_NE(status.error().message.find("no answer for too long: " + kStore + "/file: no answer"), std::string::npos);
}

TEST_F(DownloadsTest, LeaveAServerThatDrips) {
  network_.SetFault([&](size_t, const TransferRequest& request, FakeTransport::Reply& reply) {
    reply = {.status = request.size > 0 ? 206 : 200,
             .first = request.first,
             .body = content_.substr(request.first, 10),
             .complete = false};
  });
  EXPECT_TRUE(FailsWith(ErrorKind::kUnavailable, Fetch(file_)));
}

TEST_F(DownloadsTest, TakeAProxysRefusalForNoAnswerOfTheServer) {
  network_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n < 2) reply = {.status = 407};
  });
  EXPECT_TRUE(IsOk(Fetch(file_)));
}

TEST_F(DownloadsTest, TellARefusalFromAFileThatIsMissing) {
  network_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) { reply = {.status = 403}; });
  EXPECT_TRUE(FailsWith(ErrorKind::kRefused, Fetch(file_)));
  EXPECT_EQ(network_.requests().size(), 1u);
}

TEST_F(DownloadsTest, TakeNoLoginPageForAFile) {
  network_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n < 2) reply = {.status = 200, .body = "<html>Log in</html>"};
  });
  EXPECT_TRUE(IsOk(Fetch(file_)));
  network_.SetFault([](size_t, const TransferRequest&, FakeTransport::Reply& reply) {
    reply = {.status = 200, .body = "<html>Log in</html>"};
  });
  const auto ref = downloads_.GetFile("images/a/latest", kLimit);
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, ref));
  EXPECT_NE(ref.error().message.find("login page"), std::string::npos) << ref.error().message;
}

TEST_F(DownloadsTest, KeepWhatIsThereWhenALoginPageComes) {
  file_->bytes = content_.substr(0, 70'000);
  network_.SetFault([](size_t n, const TransferRequest&, FakeTransport::Reply& reply) {
    if (n == 0) reply = {.status = 200, .body = "<html>Log in</html>"};
  });
  ASSERT_TRUE(IsOk(Fetch(file_)));
  EXPECT_EQ(file_->restarts, 0);
  EXPECT_EQ(downloads_.bytes(), 30'000u);
}

TEST_F(DownloadsTest, EndWithWhatWritingSays) {
  file_->full = true;
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, Fetch(file_)));
  EXPECT_EQ(network_.requests().size(), 1u);
}

}  // namespace
}  // namespace rootstream

#include "cache/network/file_reads.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"

namespace rootstream {
namespace {

struct Sink : TransferSink {
  bool OnHead(const TransferHead& given) override { return head = given, true; }
  bool OnData(std::string_view more) override { return bytes += more, bytes.size() <= most; }
  void OnDone(const TransferOutcome& given) override { done = given; }

  size_t most = SIZE_MAX;
  std::optional<TransferHead> head;
  std::string bytes;
  std::optional<TransferOutcome> done;
};

class FileReadsTest : public ::testing::Test {
 protected:
  FileReadsTest() { WriteTestFile(folder_ / "a b", content_); }

  std::shared_ptr<Sink> Read(const std::string& name, uint64_t first, uint64_t size, size_t most = SIZE_MAX) {
    auto sink = std::make_shared<Sink>();
    sink->most = most;
    reads_.Start({.url = "file://" + (folder_ / name), .first = first, .size = size}, sink);
    while (!sink->done) {
      reads_.Deliver(std::chrono::steady_clock::now());
      std::this_thread::yield();
    }
    return sink;
  }

  const TempFolder folder_;
  const std::string content_ = RandomBytes(3'000'000, 1);
  FileReads reads_{[] {}, std::chrono::seconds(30)};
};

TEST_F(FileReadsTest, BringsAWholeFile) {
  const auto sink = Read("a%20b", 0, 0);
  ASSERT_TRUE(sink->done->complete) << sink->done->reason;
  EXPECT_EQ(sink->head->status, 200);
  EXPECT_EQ(sink->bytes, content_);
  EXPECT_EQ(sink->done->bytes, content_.size());
}

TEST_F(FileReadsTest, BringsPartOfAFile) {
  const auto sink = Read("a b", 1'000'000, 700'000);
  ASSERT_TRUE(sink->done->complete);
  EXPECT_EQ(sink->head->status, 206);
  EXPECT_EQ(sink->head->first, 1'000'000u);
  EXPECT_EQ(sink->bytes, content_.substr(1'000'000, 700'000));
}

TEST_F(FileReadsTest, EndsWhereTheFileEnds) {
  const auto sink = Read("a b", 2'999'000, 700'000);
  ASSERT_TRUE(sink->done->complete);
  EXPECT_EQ(sink->bytes.size(), 1000u);
  const auto beyond = Read("a b", 3'000'000, 1);
  EXPECT_FALSE(beyond->done->complete);
  EXPECT_EQ(beyond->done->kind, ErrorKind::kCorrupt);
}

TEST_F(FileReadsTest, StopsWhenNoMoreIsWanted) {
  const auto sink = Read("a b", 0, 0, 1000);
  EXPECT_TRUE(sink->done->broken_off);
  EXPECT_FALSE(sink->done->complete);
}

TEST_F(FileReadsTest, TellsWhatIsMissing) {
  EXPECT_EQ(Read("none", 0, 0)->done->kind, ErrorKind::kMissing);
  EXPECT_EQ(Read("a b/none", 0, 0)->done->kind, ErrorKind::kMissing);
  mkdir((folder_ / "folder").c_str(), 0755);
  EXPECT_EQ(Read("folder", 0, 0)->done->kind, ErrorKind::kMissing);
}

TEST_F(FileReadsTest, DoesNotWaitForWhoeverWritesToAPipe) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(Read("pipe", 0, 0)->done->kind, ErrorKind::kMissing);
}

TEST_F(FileReadsTest, EndsWhileReadsAreUnderWay) {
  for (int i = 0; i < 40; ++i) reads_.Start({.url = "file://" + (folder_ / "a b")}, std::make_shared<Sink>());
}

}  // namespace
}  // namespace rootstream

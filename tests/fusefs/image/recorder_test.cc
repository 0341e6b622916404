#include "fusefs/image/recorder.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

using Clock = Recorder::Clock;

constexpr FileVersion kVersion = {.size = 5000, .mtime = -7};

class RecorderTest : public ::testing::Test {
 protected:
  // The paths of inodes: 1 is the root, others are /INODE, and 99 has none.
  void Start() {
    recorder_.Start([this](uint64_t inode, Recorder::PathDone done) {
      ++asked_;
      if (inode == 99) return done(Invalid("no name"));
      done(inode == 1 ? "/" : "/" + std::to_string(inode));
    });
  }
  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    for (const ProfileEvent& event : recorder_.Noted().events)
      if (event.kind != ProfileKind::kFile)
        lines.push_back(event.path + " " + std::to_string(event.offset) + "+" + std::to_string(event.length));
    return lines;
  }
  using Expected = std::vector<std::string>;

  Recorder recorder_;
  int asked_ = 0;
};

TEST_F(RecorderTest, IsOffUntilItIsStarted) {
  EXPECT_FALSE(recorder_.on());
  Start();
  EXPECT_TRUE(recorder_.on());
  recorder_.Stop();
  EXPECT_FALSE(recorder_.on());
}

TEST_F(RecorderTest, NotesEveryByteOnce) {
  Start();
  recorder_.Read(7, kVersion, 0, 100, Clock::now());
  recorder_.Read(7, kVersion, 50, 100, Clock::now());
  recorder_.Read(7, kVersion, 0, 150, Clock::now());
  recorder_.Read(7, kVersion, 1000, 10, Clock::now());
  EXPECT_EQ(Lines(), (Expected{"/7 0+150", "/7 1000+10"}));
  EXPECT_EQ(asked_, 1) << "a path is asked for once";
}

TEST_F(RecorderTest, NotesTheVersionOfAFileOnceBeforeItsReads) {
  Start();
  recorder_.Read(7, kVersion, 0, 100, Clock::now());
  recorder_.Read(7, kVersion, 1000, 100, Clock::now());
  const Profile profile = recorder_.Noted();
  ASSERT_EQ(profile.events.size(), 3u);
  EXPECT_EQ(profile.events[0].kind, ProfileKind::kFile);
  EXPECT_EQ(profile.events[0].path, "/7");
  EXPECT_EQ(profile.events[0].version, kVersion);
}

TEST_F(RecorderTest, ReadsThatGoOnLaterAreEventsOfTheirOwn) {
  Start();
  recorder_.Read(7, kVersion, 0, 100, Clock::now());
  recorder_.Read(7, kVersion, 100, 100, Clock::now() + 2 * Recorder::kSameRead);
  EXPECT_EQ(Lines(), (Expected{"/7 0+100", "/7 100+100"}));
}

TEST_F(RecorderTest, NamesLeadToPaths) {
  Start();
  recorder_.Listed(1, Clock::now());
  recorder_.Listed(1, Clock::now());
  recorder_.Looked(1, "etc", 5, Clock::now());
  recorder_.Looked(1, "etc", 5, Clock::now());
  recorder_.Looked(5, "absent", 0, Clock::now());
  recorder_.Looked(5, "file", 6, Clock::now());
  recorder_.Read(6, kVersion, 0, 1, Clock::now());
  EXPECT_EQ(Lines(), (Expected{"/ 0+0", "/etc 0+0", "/etc/absent 0+0", "/etc/file 0+0", "/etc/file 0+1"}));
  EXPECT_EQ(asked_, 1) << "the others are known by their directories";
}

TEST_F(RecorderTest, LeavesOutWhatHasNoPath) {
  Start();
  recorder_.Read(99, kVersion, 0, 1, Clock::now());
  recorder_.Read(7, kVersion, 0, 1, Clock::now());
  EXPECT_EQ(Lines(), (Expected{"/7 0+1"}));
}

TEST_F(RecorderTest, OrdersByWhenTheyWereAsked) {
  Start();
  const auto now = Clock::now();
  recorder_.Read(8, kVersion, 0, 1, now + std::chrono::seconds(1));
  recorder_.Read(7, kVersion, 0, 1, now);
  EXPECT_EQ(Lines(), (Expected{"/7 0+1", "/8 0+1"}));
}

TEST_F(RecorderTest, KeepsToItsLimit) {
  Start();
  for (size_t i = 0; i < Recorder::kMaxEvents + 10; ++i) recorder_.Read(7, kVersion, 2 * i, 1, Clock::now());
  EXPECT_EQ(recorder_.size(), Recorder::kMaxEvents);
  EXPECT_TRUE(recorder_.full());
}

TEST_F(RecorderTest, BeginsAnewWhenItWasStopped) {
  Start();
  recorder_.Read(7, kVersion, 0, 1, Clock::now());
  Start();
  EXPECT_EQ(recorder_.size(), 2u) << "it was on: file and read";
  recorder_.Stop();
  Start();
  EXPECT_EQ(recorder_.size(), 0u);
}

}  // namespace
}  // namespace rootstream

#include "boot/fetch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

// Nothing listens on port 1 of the loopback.
constexpr const char* kNobody = "http://somebody:secret@127.0.0.1:1/kernel";

TEST(FetchFile, BringsAllOfAFile) {
  const TempFolder folder;
  const std::string bytes = RandomBytes(300'000, 1);
  WriteTestFile(folder / "from", bytes);
  ASSERT_TRUE(IsOk(FetchFile("file://" + (folder / "from"), folder / "to")));
  EXPECT_EQ(ReadTestFile(folder / "to"), bytes);
}

TEST(FetchFile, LeavesWhatWasThereWhenItFails) {
  const TempFolder folder;
  WriteTestFile(folder / "to", "before");
  const Status status = FetchFile("file://" + (folder / "missing"), folder / "to");
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, status));
  EXPECT_EQ(ReadTestFile(folder / "to"), "before");
  EXPECT_NE(access((folder / "to.part").c_str(), F_OK), 0);
}

TEST(FetchFile, RefusesAFileThatIsTooLong) {
  const TempFolder folder;
  WriteTestFile(folder / "from", RandomBytes(300'000, 1));
  EXPECT_TRUE(IsOk(FetchFile("file://" + (folder / "from"), folder / "whole", {}, {.size = 300'000})));
  const Status status = FetchFile("file://" + (folder / "from"), folder / "to", {}, {.size = 299'999});
  ASSERT_TRUE(FailsWith(ErrorKind::kInvalid, status));
  EXPECT_TRUE(status.error().message.ends_with("/from: longer than 299999 bytes")) << status.error().message;
  EXPECT_NE(access((folder / "to").c_str(), F_OK), 0);
  EXPECT_NE(access((folder / "to.part").c_str(), F_OK), 0);
}

TEST(FetchFile, TellsNoPassword) {
  const TempFolder folder;
  const Status status = FetchFile(kNobody, folder / "to", {}, {.patience = std::chrono::seconds(1)});
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, status));
  EXPECT_EQ(status.error().message.find("secret"), std::string::npos) << status.error().message;
  EXPECT_TRUE(status.error().message.starts_with("http://127.0.0.1:1/kernel: "));
}

TEST(FetchFile, RefusesOtherSchemes) {
  const TempFolder folder;
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, FetchFile("gopher://127.0.0.1:1/x", folder / "to")));
}

TEST(PutFile, TellsWhatCannotBeReadOrReached) {
  const TempFolder folder;
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, PutFile(folder / "missing", kNobody)));
  WriteTestFile(folder / "file", "x");
  const Status status = PutFile(folder / "file", kNobody);
  ASSERT_TRUE(FailsWith(ErrorKind::kUnavailable, status));
  EXPECT_EQ(status.error().message.find("secret"), std::string::npos);
  // No setting may make it write to the local disk.
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, PutFile(folder / "file", "file://" + (folder / "to"))));
}

}  // namespace
}  // namespace rootstream

#include "boot/line_history.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/test_files.h"

namespace rootstream {
namespace {

using Lines = std::vector<std::string>;

TEST(LineHistory, KeepsWhatWasTyped) {
  const TempFolder folder;
  const std::string path = folder / "history";
  EXPECT_EQ(LoadLineHistory(path), Lines());
  SaveLineHistory(path, {}, "one");
  SaveLineHistory(path, LoadLineHistory(path), "two");
  SaveLineHistory(path, LoadLineHistory(path), "two");
  SaveLineHistory(path, LoadLineHistory(path), "");
  EXPECT_EQ(LoadLineHistory(path), (Lines{"one", "two"}));
  struct stat st;
  ASSERT_EQ(stat(path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST(LineHistory, IsBounded) {
  const TempFolder folder;
  Lines lines;
  for (int i = 0; i < 300; ++i) lines.push_back(std::to_string(i));
  SaveLineHistory(folder / "history", lines, "last");
  const Lines kept = LoadLineHistory(folder / "history");
  ASSERT_EQ(kept.size(), 200u);
  EXPECT_EQ(kept.back(), "last");
}

TEST(LineHistory, LeavesOutWhatATerminalWouldObey) {
  const TempFolder folder;
  WriteTestFile(folder / "history", "good\n\n\x1b[2Jbad\nno end of line");
  EXPECT_EQ(LoadLineHistory(folder / "history"), (Lines{"good", "no end of line"}));
}

TEST(LineHistory, DoesWithoutAFile) {
  SaveLineHistory("/nowhere/history", {}, "x");
  EXPECT_EQ(LoadLineHistory("/nowhere/history"), Lines());
}

}  // namespace
}  // namespace rootstream

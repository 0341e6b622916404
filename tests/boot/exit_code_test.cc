#include "boot/exit_code.h"

#include <gtest/gtest.h>

namespace rootstream {
namespace {

TEST(ExitCode, EachKindOfErrorHasItsOwn) {
  EXPECT_EQ(ExitCodeOf(ErrorKind::kMissing), 4);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kUnavailable), 5);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kCorrupt), 6);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kInvalid), 6);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kUntrusted), 7);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kRefused), 11);
  EXPECT_EQ(ExitCodeOf(ErrorKind::kFailed), 1);
}

}  // namespace
}  // namespace rootstream

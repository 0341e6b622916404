#include "boot/kernel_load.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/test_files.h"

namespace rootstream {
namespace {

// After these two errors the older system call is tried, so no other error may give the same exit codes.
TEST(KernelLoad, OnlyAMissingCallAndAnUnknownFormatAreNoRefusals) {
  EXPECT_EQ(ExitCodeOfLoading(ENOSYS), kNoSuchCall);
  EXPECT_EQ(ExitCodeOfLoading(ENOEXEC), kUnknownFormat);
  for (const int refusal : {EPERM, EACCES, EKEYREJECTED, ENOKEY, EKEYEXPIRED, EKEYREVOKED, EBADMSG, ENODATA, ENOPKG})
    EXPECT_EQ(ExitCodeOfLoading(refusal), kIsUntrusted) << refusal;
  EXPECT_EQ(ExitCodeOfLoading(ENOMEM), kNoMemory);
  for (const int other : {EINVAL, EIO, EBUSY, EBADF, 12345}) EXPECT_EQ(ExitCodeOfLoading(other), kFailed) << other;
}

TEST(KernelLoad, NamesTheFileThatItCannotLoad) {
  const TempFolder folder;
  const LoadOutcome missing = LoadKernel(folder / "missing", "", "");
  EXPECT_EQ(missing.code, kFailed);
  EXPECT_NE(missing.message.find(folder / "missing"), std::string::npos);
  WriteTestFile(folder / "text", "no kernel");
  EXPECT_EQ(LoadKernel(folder / "text", folder / "no-initrd", "").code, kFailed);
  const LoadOutcome text = LoadKernel(folder / "text", "", "quiet");
  EXPECT_NE(text.code, kDone);
  EXPECT_NE(text.message.find(folder / "text"), std::string::npos);
}

}  // namespace
}  // namespace rootstream

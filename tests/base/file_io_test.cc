#include "base/file_io.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(WriteFileAtomicallyTo, ReplacesTheWholeFile) {
  const TempFolder folder;
  WriteTestFile(folder / "file", std::string(100'000, 'x'));
  ASSERT_TRUE(IsOk(WriteFileAtomically(folder / "file", "new")));
  EXPECT_EQ(ReadTestFile(folder / "file"), "new");
  EXPECT_EQ(FilesBelow(folder.path()).size(), 1u) << "no temporary file is left";
}

TEST(WriteFileAtomicallyTo, FailsWithoutATraceWhereItCannotWrite) {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "file");
  WriteTestFile(folder / "file/below", "x");
  EXPECT_FALSE(WriteFileAtomically(folder / "file", "new").ok());
  EXPECT_EQ(FilesBelow(folder.path()), std::vector<std::string>{"file/below"});
  EXPECT_FALSE(WriteFileAtomically(folder / "missing/file", "new").ok());
}

// As when publishers write the same manifest at the same time, even with equal process ids in different containers.
TEST(WriteFileAtomicallyTo, ManyWritersOfOneFileAllSucceed) {
  const TempFolder folder{MemoryFolder()};
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i)
        failed += !WriteFileAtomically(folder / "file", std::string(1000, static_cast<char>('a' + t))).ok();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  const std::string bytes = ReadTestFile(folder / "file");
  EXPECT_EQ(bytes, std::string(1000, bytes[0])) << "of one writer, whole";
}

TEST(ReadWholeFileOf, HoldsItAgainstTheLimit) {
  const TempFolder folder;
  WriteTestFile(folder / "file", "12345");
  EXPECT_EQ(*ReadWholeFile(folder / "file", 5), "12345");
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ReadWholeFile(folder / "file", 4)));
  EXPECT_TRUE(FailsWith(ErrorKind::kMissing, ReadWholeFile(folder / "missing", 4)));
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, ReadWholeFile("/dev/zero", 100'000)));
}

TEST(MakeFoldersOf, MakesParentsAndTakesWhatIsThere) {
  const TempFolder folder;
  EXPECT_TRUE(IsOk(MakeFolders(folder / "a/b/c")));
  EXPECT_TRUE(IsOk(MakeFolders(folder / "a/b/c")));
  WriteTestFile(folder / "file", "");
  EXPECT_FALSE(MakeFolders(folder / "file").ok());
  EXPECT_FALSE(MakeFolders(folder / "file/below").ok());
}

TEST(UniqueFdOwner, ClosesOnce) {
  const TempFolder folder;
  WriteTestFile(folder / "file", "x");
  auto fd = OpenFile(folder / "file", O_RDONLY);
  ASSERT_TRUE(IsOk(fd));
  const int number = fd->get();
  UniqueFd moved = std::move(*fd);
  EXPECT_EQ(moved.get(), number);
  EXPECT_FALSE(static_cast<bool>(*fd));
  moved.Close();
  EXPECT_FALSE(static_cast<bool>(moved));
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace rootstream

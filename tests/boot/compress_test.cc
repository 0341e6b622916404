#include "boot/compress.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/file_io.h"
#include "tests/support/test_files.h"
#include "tests/support/test_pack.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(CompressStream, GivesOneFrameThatHoldsEverything) {
  const TempFolder folder;
  for (const size_t size : {0, 1, 131'072, 131'073, 3'000'000}) {
    const std::string plain = RandomBytes(size / 2, size) + std::string(size - size / 2, 'x');
    WriteTestFile(folder / "plain", plain);
    const auto in = OpenFile(folder / "plain", O_RDONLY);
    const auto out = OpenFile(folder / "compressed", O_WRONLY | O_CREAT | O_TRUNC);
    ASSERT_TRUE(IsOk(CompressStream(in->get(), out->get())));
    const std::string compressed = ReadTestFile(folder / "compressed");
    EXPECT_EQ(compressed.substr(0, 4), "\x28\xb5\x2f\xfd");
    EXPECT_LE(compressed.size(), size + 1000);
    const std::string command = "zstd -dcq " + (folder / "compressed") + " | cmp - " + (folder / "plain");
    EXPECT_EQ(system(command.c_str()), 0) << size;
  }
}

TEST(CompressStream, TellsWhatCannotBeReadOrWritten) {
  const TempFolder folder;
  WriteTestFile(folder / "file", "x");
  const auto in = OpenFile(folder / "file", O_RDONLY);
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, CompressStream(in->get(), in->get())));
  const auto out = OpenFile(folder / "out", O_WRONLY | O_CREAT);
  EXPECT_TRUE(FailsWith(ErrorKind::kFailed, CompressStream(out->get(), out->get())));
}

}  // namespace
}  // namespace rootstream

#include "fusefs/mount/mount_keeper.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/emulation.h"
#include "tests/support/test_files.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

TEST(MountKeeper, HandsOverWhatItMounted) {
  const TempFolder folder;
  WriteTestFile(folder / "device", "device");
  auto keeper = MountKeeper::Start({[&] { return OpenFile(folder / "device", O_RDONLY); }, [] { return Ok(); },
                                    [&]() -> Status {
                                      WriteTestFile(folder / "unmounted", "");
                                      return Ok();
                                    }});
  ASSERT_TRUE(IsOk(keeper));
  const auto device = keeper->Mount();
  ASSERT_TRUE(IsOk(device));
  std::string text(6, '\0');
  EXPECT_EQ(ReadFullyAt(device->get(), text, 0), 6);
  EXPECT_EQ(text, "device");
  EXPECT_TRUE(IsOk(keeper->Unmount()));
  EXPECT_TRUE(std::filesystem::exists(folder / "unmounted"));
}

TEST(MountKeeper, TellsWhyItCouldNot) {
  auto keeper = MountKeeper::Start({[]() -> Result<UniqueFd> { return Failed("no device"); },
                                    []() -> Status { return Failed("not now"); },
                                    []() -> Status { return Failed(std::string(10'000, 'x')); }});
  ASSERT_TRUE(IsOk(keeper));
  const auto device = keeper->Mount();
  ASSERT_FALSE(device.ok());
  EXPECT_EQ(device.error().message, "no device");
  EXPECT_EQ(keeper->Began().error().message, "not now");
  EXPECT_FALSE(keeper->Unmount().ok());
}

TEST(MountKeeper, HoldsNoFileOpenAndEndsWithItsDaemon) {
  const TempFolder folder;
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd out(ends[0]);
  UniqueFd in(ends[1]);
  pid_t process = 0;
  {
    auto keeper = MountKeeper::Start({[&]() -> Result<UniqueFd> { return Failed(std::to_string(getpid())); },
                                      [] { return Ok(); }, [] { return Ok(); }});
    ASSERT_TRUE(IsOk(keeper));
    process = std::stoi(keeper->Mount().error().message);
    EXPECT_EQ(kill(process, 0), 0);
    const std::string arguments = ReadTestFile("/proc/" + std::to_string(process) + "/cmdline");
    EXPECT_TRUE(IsUserEmulation() || arguments.find("unit_tests") == std::string::npos)
        << "it must not be taken for the daemon";
    in.Close();
    char byte;
    EXPECT_EQ(read(out.get(), &byte, 1), 0) << "a file of the daemon's is open there";
    for (const int ignored : {SIGINT, SIGTERM, SIGHUP}) kill(process, ignored);
    EXPECT_TRUE(IsOk(keeper->Unmount())) << "a signal to the daemon's group is not for it";
  }
  EXPECT_EQ(kill(process, 0), -1);
}

TEST(MountKeeper, ThatWasKilledIsAnError) {
  auto keeper = MountKeeper::Start({[]() -> Result<UniqueFd> { return Failed(std::to_string(getpid())); },
                                    [] { return Ok(); }, [] { return Ok(); }});
  ASSERT_TRUE(IsOk(keeper));
  kill(std::stoi(keeper->Mount().error().message), SIGKILL);
  for (int tries = 0; keeper->Unmount().ok() && tries < 1000; ++tries) usleep(1000);
  EXPECT_FALSE(keeper->Unmount().ok());
}

}  // namespace
}  // namespace rootstream

#include "boot/machine.h"

#include <gtest/gtest.h>

#include "tests/support/test_files.h"

namespace rootstream {
namespace {

TEST(ReadMachine, ReadsSysfsAndCpuinfo) {
  const TempFolder folder;
  WriteTestFile(folder / "devices/pci/0000/modalias", "pci:v00008086d00001234\n");
  WriteTestFile(folder / "devices/usb/1-1/modalias", "usb:v1D6Bp0002\n");
  WriteTestFile(folder / "bus/usb/devices/none/uevent", "");
  std::filesystem::create_directories(folder / "bus/pci/devices");
  std::filesystem::create_directory_symlink(folder / "devices/pci/0000", folder / "bus/pci/devices/0000");
  std::filesystem::create_directory_symlink(folder / "devices/usb/1-1", folder / "bus/usb/devices/1-1");
  WriteTestFile(folder / "class/dmi/id/sys_vendor", "ACME Inc.\n");
  WriteTestFile(folder / "class/dmi/id/modalias", "dmi:bvnACME:\n");
  WriteTestFile(folder / "class/dmi/id/power/control", "auto\n");
  WriteTestFile(folder / "cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2  avx2\nbugs\t: x\n\nflags\t: other\n");
  Machine machine = ReadMachine(folder.path(), folder / "cpuinfo");
  std::sort(machine.modaliases.begin(), machine.modaliases.end());
  EXPECT_EQ(machine.modaliases, (std::vector<std::string>{"dmi:bvnACME:", "pci:v00008086d00001234", "usb:v1D6Bp0002"}));
  EXPECT_EQ(machine.dmi.at("sys_vendor"), "ACME Inc.");
  EXPECT_FALSE(machine.dmi.contains("power"));
  EXPECT_EQ(machine.cpu_flags, (std::set<std::string>{"fpu", "sse2", "avx2"}));
  EXPECT_FALSE(machine.architecture.empty());
}

TEST(ReadMachine, DoesWithoutAny) {
  const TempFolder folder;
  const Machine machine = ReadMachine(folder / "none", folder / "none");
  EXPECT_TRUE(machine.modaliases.empty());
  EXPECT_TRUE(machine.dmi.empty());
  EXPECT_TRUE(machine.cpu_flags.empty());
}

TEST(ReadMachine, ReadsArmFeatures) {
  const TempFolder folder;
  WriteTestFile(folder / "cpuinfo", "Features\t: fp asimd\n");
  EXPECT_TRUE(ReadMachine(folder.path(), folder / "cpuinfo").cpu_flags.contains("asimd"));
}

}  // namespace
}  // namespace rootstream

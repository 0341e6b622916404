// Covers: chunker/bootable/kernel_cmdline.cc, chunker/bootable/loader_entry.cc, chunker/bootable/os_release.cc.
#include "chunker/bootable/boot_finder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "chunker/bootable/kernel_cmdline.h"
#include "chunker/bootable/loader_entry.h"
#include "chunker/bootable/os_release.h"
#include "tests/support/test_result.h"

namespace rootstream {
namespace {

// An image as a publisher shows it to the finder: contents by path; "-> TARGET" is a symlink.
using Files = std::map<std::string, std::string>;

Result<std::vector<BootEntry>> Find(const Files& files, std::vector<BootEntry> given = {}) {
  BootFinder finder(std::move(given));
  for (const auto& [path, content] : files) {
    const bool is_link = content.starts_with("-> ");
    finder.AddName(path, is_link ? S_IFLNK | 0777 : S_IFREG | 0644, is_link ? content.substr(3) : "");
    if (!is_link && BootFinder::WantsContent(path, content.size())) finder.AddContent(path, content);
  }
  return finder.Finish();
}

// A line for each entry: title, kernel, initrds, command line.
std::vector<std::string> Shown(const Result<std::vector<BootEntry>>& entries) {
  EXPECT_TRUE(IsOk(entries));
  std::vector<std::string> lines;
  for (const BootEntry& entry : *entries) {
    std::string line = entry.title + "|" + entry.kernel + "|";
    for (const std::string& initrd : entry.initrds) line += initrd + " ";
    lines.push_back(line + "|" + entry.cmdline);
    EXPECT_EQ(entry.is_default, lines.size() == 1) << "the first is the default";
    EXPECT_TRUE(entry.rules.empty());
  }
  return lines;
}

using Lines = std::vector<std::string>;

const Files kDebian = {
    {"/boot/config-6.1.0-9-amd64", ""},
    {"/boot/initrd.img-6.1.0-47-amd64", ""},
    {"/boot/initrd.img-6.1.0-9-amd64", ""},
    {"/boot/vmlinuz", "-> vmlinuz-6.1.0-47-amd64"},
    {"/boot/vmlinuz-6.1.0-47-amd64", ""},
    {"/boot/vmlinuz-6.1.0-9-amd64", ""},
    {"/boot/vmlinuz-6.1.0-9-amd64.old", ""},
    {"/etc/os-release", "-> ../usr/lib/os-release"},
    {"/usr/lib/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n"},
    {"/vmlinuz", "-> boot/vmlinuz-6.1.0-47-amd64"},
};

TEST(BootFinder, Debian) {
  EXPECT_EQ(Shown(Find(kDebian)), (Lines{"Debian GNU/Linux 12, 6.1.0-47-amd64|/boot/vmlinuz-6.1.0-47-amd64|"
                                         "/boot/initrd.img-6.1.0-47-amd64 |",
                                         "Debian GNU/Linux 12, 6.1.0-9-amd64|/boot/vmlinuz-6.1.0-9-amd64|"
                                         "/boot/initrd.img-6.1.0-9-amd64 |"}));
}

TEST(BootFinder, TheSystemsOwnCommandLineWithoutItsDisk) {
  Files files = {{"/boot/vmlinuz-1", ""}, {"/etc/kernel/cmdline", "root=UUID=1 ro quiet resume=/dev/sda2 splash\n"}};
  EXPECT_EQ(Shown(Find(files)), (Lines{"Linux 1|/boot/vmlinuz-1||quiet splash"}));
}

TEST(BootFinder, FedoraWithItsRescueKernelLast) {
  const Files files = {{"/boot/vmlinuz-0-rescue-abc", ""},
                       {"/boot/initramfs-0-rescue-abc.img", ""},
                       {"/boot/.vmlinuz-6.8.5-301.fc40.x86_64.hmac", ""},
                       {"/boot/vmlinuz-6.8.5-301.fc40.x86_64", ""},
                       {"/boot/initramfs-6.8.5-301.fc40.x86_64.img", ""},
                       {"/boot/vmlinuz-6.8.10-300.fc40.x86_64", ""},
                       {"/usr/lib/modules/6.8.5-301.fc40.x86_64/vmlinuz", ""}};
  EXPECT_EQ(Shown(Find(files)), (Lines{"Linux 6.8.10-300.fc40.x86_64|/boot/vmlinuz-6.8.10-300.fc40.x86_64||",
                                       "Linux 6.8.5-301.fc40.x86_64|/boot/vmlinuz-6.8.5-301.fc40.x86_64|"
                                       "/boot/initramfs-6.8.5-301.fc40.x86_64.img |",
                                       "Linux 0-rescue-abc|/boot/vmlinuz-0-rescue-abc|"
                                       "/boot/initramfs-0-rescue-abc.img |"}));
}

TEST(BootFinder, KernelsBesideModulesWhenBootHasNone) {
  const Files files = {{"/boot/initramfs-6.8.img", ""},
                       {"/usr/lib/modules/6.8/vmlinuz", ""},
                       {"/usr/lib/modules/6.10/vmlinuz", ""},
                       {"/usr/lib/modules/6.10/kernel/fs/vmlinuz", ""}};
  EXPECT_EQ(Shown(Find(files)), (Lines{"Linux 6.10|/usr/lib/modules/6.10/vmlinuz||",
                                       "Linux 6.8|/usr/lib/modules/6.8/vmlinuz|/boot/initramfs-6.8.img |"}));
}

TEST(BootFinder, ArchByItsPackages) {
  Files files = {{"/boot/vmlinuz-linux", ""},           {"/boot/vmlinuz-linux-lts", ""},
                 {"/boot/initramfs-linux.img", ""},     {"/boot/initramfs-linux-fallback.img", ""},
                 {"/boot/initramfs-linux-lts.img", ""}, {"/usr/lib/os-release", "PRETTY_NAME='Arch Linux'"}};
  EXPECT_EQ(Shown(Find(files)),
            (Lines{"Arch Linux, linux|/boot/vmlinuz-linux|/boot/initramfs-linux.img |",
                   "Arch Linux, linux-lts|/boot/vmlinuz-linux-lts|/boot/initramfs-linux-lts.img |"}));
  files["/usr/lib/modules/6.9.1-arch1-1/pkgbase"] = "linux\n";
  files["/usr/lib/modules/6.10.2-1-lts/pkgbase"] = "linux-lts\n";
  const auto entries = Find(files);
  ASSERT_TRUE(IsOk(entries));
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].title, "Arch Linux, linux-lts 6.10.2-1-lts");
  EXPECT_EQ((*entries)[1].title, "Arch Linux, linux 6.9.1-arch1-1");
}

TEST(BootFinder, ALoaderEntryReplacesTheKernelItNames) {
  Files files = kDebian;
  files["/boot/loader/entries/a.conf"] =
      "# comment\ntitle  Debian with care\nversion 6.1.0-9-amd64\nlinux\t/vmlinuz-6.1.0-9-amd64\n"
      "initrd /ucode.img\ninitrd /initrd.img-6.1.0-9-amd64 $tuned_initrd\n"
      "options root=/dev/sda1 ro\noptions quiet $tuned_params\n";
  files["/boot/ucode.img"] = "";
  files["/boot/loader/entries/gone.conf"] = "title Gone\nlinux /vmlinuz-5\n";
  files["/boot/loader/entries/efi.conf"] = "title Memory test\nefi /memtest.efi\n";
  EXPECT_EQ(Shown(Find(files)), (Lines{"Debian GNU/Linux 12, 6.1.0-47-amd64|/boot/vmlinuz-6.1.0-47-amd64|"
                                       "/boot/initrd.img-6.1.0-47-amd64 |",
                                       "Debian with care, 6.1.0-9-amd64|/boot/vmlinuz-6.1.0-9-amd64|"
                                       "/boot/ucode.img /boot/initrd.img-6.1.0-9-amd64 |quiet"}));
}

TEST(BootFinder, LoaderEntriesInFoldersOfTheirOwn) {
  const Files files = {{"/boot/loader", "-> loader.1"},
                       {"/boot/loader.0/entries/old.conf", "title Old\nversion 9\nlinux /m/1/linux\n"},
                       {"/boot/loader.1/entries/1.conf", "title One\nversion 1\nlinux /m/1/linux\n"},
                       {"/boot/loader.1/entries/2.conf", "title Two\nversion 2\nlinux /boot/m/2/linux\nsort-key b\n"},
                       {"/boot/loader.1/entries/3.conf", "title Three\nlinux m/3/linux\nsort-key b\n"},
                       {"/boot/loader.1/entries/4.conf", "title Four\nversion 4\nlinux /m/1/linux\nsort-key a\n"},
                       {"/boot/m/1/linux", ""},
                       {"/boot/m/2/linux", ""},
                       {"/boot/m/3/linux", ""}};
  EXPECT_EQ(Shown(Find(files)), (Lines{"Four, 4|/boot/m/1/linux||", "Three, 3|/boot/m/3/linux||",
                                       "Two, 2|/boot/m/2/linux||", "One, 1|/boot/m/1/linux||"}));
}

TEST(BootFinder, LeavesOutNamesThatWouldConfuse) {
  EXPECT_EQ(Shown(Find({{"/boot/vmlinuz-1\n2", ""}, {"/boot/vmlinuz-1", ""}})), (Lines{"Linux 1|/boot/vmlinuz-1||"}));
  Files many;
  for (int i = 0; i < 100; ++i) many["/boot/vmlinuz-" + std::to_string(i)] = "";
  const auto entries = Find(many);
  ASSERT_TRUE(IsOk(entries));
  EXPECT_EQ(entries->size(), 16u);
  EXPECT_EQ(entries->front().kernel, "/boot/vmlinuz-99");
}

TEST(BootFinder, NothingIsFoundWhereNothingIs) {
  EXPECT_TRUE(Shown(Find({{"/etc/passwd", ""}, {"/vmlinuz-1", ""}})).empty());
}

TEST(BootFinder, GivenEntriesNameRealFiles) {
  const auto entries = Find(kDebian, {{.kernel = "/vmlinuz", .rules = {{MatchKind::kCpuFlag, "avx2"}}},
                                      {.title = "Mine",
                                       .kernel = "boot/vmlinuz-6.1.0-9-amd64",
                                       .initrds = {"/boot/initrd.img-6.1.0-9-amd64"},
                                       .cmdline = "root=kept"}});
  ASSERT_TRUE(IsOk(entries));
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].kernel, "/boot/vmlinuz-6.1.0-47-amd64");
  EXPECT_EQ((*entries)[0].title, "Debian GNU/Linux 12, 6.1.0-47-amd64");
  EXPECT_FALSE((*entries)[0].is_default) << "it has a rule";
  EXPECT_EQ((*entries)[1].title, "Mine");
  EXPECT_EQ((*entries)[1].kernel, "/boot/vmlinuz-6.1.0-9-amd64");
  EXPECT_EQ((*entries)[1].cmdline, "root=kept");
  EXPECT_TRUE((*entries)[1].is_default);
}

TEST(BootFinder, GivenFilesThatAreNotThere) {
  const auto kernel = Find(kDebian, {{.kernel = "/nope"}});
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, kernel));
  EXPECT_NE(kernel.error().message.find("/nope: no such file"), std::string::npos);
  const auto initrd = Find(kDebian, {{.kernel = "/vmlinuz", .initrds = {"/nope"}}});
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, initrd));
  const auto folder = Find(kDebian, {{.kernel = "/boot"}});
  EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, folder));
  EXPECT_NE(folder.error().message.find("/boot: not a regular file"), std::string::npos);
}

TEST(CheckBootEntries, RefusesWhatNoReaderWouldTake) {
  EXPECT_TRUE(IsOk(CheckBootEntries({{.title = "é", .kernel = "/k", .cmdline = "a 'b'"}})));
  const std::string longest(4096, 'x');
  EXPECT_TRUE(IsOk(CheckBootEntries({{.cmdline = longest}})));
  EXPECT_FALSE(CheckBootEntries({{.cmdline = longest + "x"}}).ok());
  EXPECT_FALSE(CheckBootEntries({{.cmdline = "a\nb"}}).ok());
  EXPECT_FALSE(CheckBootEntries({{.initrds = {"a\x1b"}}}).ok());
  EXPECT_FALSE(CheckBootEntries({{.rules = {{MatchKind::kModalias, "a\nb"}}}}).ok());
  EXPECT_FALSE(CheckBootEntries(std::vector<BootEntry>(65)).ok());
}

TEST(PortableCmdline, KeepsAllElse) {
  EXPECT_EQ(PortableCmdline(""), "");
  EXPECT_EQ(PortableCmdline("#root=x\n quiet\trootwait  rows=1\r\n\nlast"), "quiet rootwait rows=1 last");
  EXPECT_EQ(PortableCmdline("rootflags=subvol=root dyndbg=\"file x +p\" rw root=LABEL=x"), "dyndbg=\"file x +p\"");
}

TEST(PrettyNameOf, ReadsQuotes) {
  EXPECT_EQ(PrettyNameOf("A=b\nPRETTY_NAME=Plain\n"), "Plain");
  EXPECT_EQ(PrettyNameOf("PRETTY_NAME=\"With \\\"quotes\\\" and 'others'\""), "With \"quotes\" and 'others'");
  EXPECT_EQ(PrettyNameOf("PRETTY_NAME='Single \\'"), "Single \\");
  EXPECT_EQ(PrettyNameOf("NAME=x"), "");
}

TEST(LoaderEntryParse, TakesAnyText) {
  for (const char* text : {"", "\n\n", "title", "linux", "linux ", "initrd $x", "\xff\xfe\n=", "linux $x"}) {
    const LoaderEntry entry = LoaderEntry::Parse(text);
    EXPECT_EQ(entry.linux, "");
    EXPECT_TRUE(entry.initrds.empty());
  }
}

}  // namespace
}  // namespace rootstream

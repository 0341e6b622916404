#include "boot/pick_entry.h"

#include <gtest/gtest.h>

#include "tests/support/test_result.h"

namespace rootstream {
namespace {

Machine Laptop() {
  return {.modaliases = {"pci:v00008086d0000A0F0sv0", "usb:v1D6Bp0002"},
          .dmi = {{"sys_vendor", "ACME Inc."}, {"product_name", "Anvil 9"}},
          .cpu_flags = {"fpu", "avx2"},
          .architecture = "x86_64"};
}

BootEntry Entry(const std::string& title, const std::string& kernel, std::vector<MatchRule> rules = {},
                bool is_default = false) {
  return {.title = title, .kernel = kernel, .is_default = is_default, .rules = std::move(rules)};
}

TEST(Fits, WhenAllRulesDo) {
  const auto fits = [](std::vector<MatchRule> rules) { return Fits(Entry("", "", rules), Laptop()); };
  EXPECT_TRUE(fits({}));
  EXPECT_TRUE(fits({{MatchKind::kModalias, "pci:v00008086d*"}}));
  EXPECT_FALSE(fits({{MatchKind::kModalias, "pci:v00008086"}})) << "a glob is for the whole";
  EXPECT_TRUE(fits({{MatchKind::kModalias, "usb:v1[cCdD]6Bp000?"}}));
  EXPECT_TRUE(fits({{MatchKind::kDmi, "sys_vendor=ACME*"}}));
  EXPECT_FALSE(fits({{MatchKind::kDmi, "sys_vendor=acme*"}}));
  EXPECT_FALSE(fits({{MatchKind::kDmi, "board_name=*"}})) << "it has no such field";
  EXPECT_FALSE(fits({{MatchKind::kDmi, "sys_vendor"}}));
  EXPECT_TRUE(fits({{MatchKind::kCpuFlag, "avx2"}}));
  EXPECT_FALSE(fits({{MatchKind::kCpuFlag, "avx"}}));
  EXPECT_TRUE(fits({{MatchKind::kArchitecture, "x86_64"}}));
  EXPECT_FALSE(fits({{MatchKind::kArchitecture, "aarch64"}}));
  EXPECT_TRUE(fits({{MatchKind::kCpuFlag, "avx2"}, {MatchKind::kDmi, "product_name=Anvil *"}}));
  EXPECT_FALSE(fits({{MatchKind::kCpuFlag, "avx2"}, {MatchKind::kDmi, "product_name=Hammer"}}));
}

TEST(PickEntry, RulesBeforeTheDefaultBeforeTheRest) {
  const BootEntry other = Entry("other", "/a", {{MatchKind::kCpuFlag, "sve"}});
  const BootEntry laptop = Entry("laptop", "/b", {{MatchKind::kDmi, "product_name=Anvil*"}});
  const BootEntry first = Entry("first", "/c");
  const BootEntry chosen = Entry("chosen", "/d", {}, true);
  const auto picked = [](const std::vector<BootEntry>& entries) -> std::string {
    const BootEntry* entry = PickEntry(entries, Laptop());
    return entry == nullptr ? "none" : entry->title;
  };
  EXPECT_EQ(picked({first, chosen, other, laptop}), "laptop");
  EXPECT_EQ(picked({first, chosen, other}), "chosen");
  EXPECT_EQ(picked({other, first}), "first");
  EXPECT_EQ(picked({other}), "none");
  EXPECT_EQ(picked({}), "none");
}

TEST(PickLabelled, TakesWhatAPersonCallsIt) {
  const std::vector<BootEntry> entries = {
      Entry("Debian 12, 6.1.0-47-amd64", "/boot/vmlinuz-6.1.0-47-amd64", {}, true),
      Entry("Debian 12, 6.1.0-4-amd64", "/boot/vmlinuz-6.1.0-4-amd64"),
      Entry("Far away", "/usr/lib/modules/5.10/vmlinuz", {{MatchKind::kCpuFlag, "sve"}}),
      Entry("Debian 12, for laptops", "/boot/vmlinuz-6.1.0-4-amd64", {{MatchKind::kCpuFlag, "avx2"}})};
  const auto picked = [&](const std::string& label) -> int {
    const BootEntry* entry = PickLabelled(entries, label, Laptop());
    return entry == nullptr ? -1 : static_cast<int>(entry - entries.data());
  };
  EXPECT_EQ(picked("Debian 12, 6.1.0-4-amd64"), 1);
  EXPECT_EQ(picked("vmlinuz-6.1.0-47-amd64"), 0);
  EXPECT_EQ(picked("6.1.0-47-amd64"), 0);
  EXPECT_EQ(picked("-47-"), 0);
  EXPECT_EQ(picked("6.1.0-4-amd64"), 3) << "of two that are meant, the one with rules that fit";
  EXPECT_EQ(picked("Debian"), 3);
  EXPECT_EQ(picked("5.10"), 2) << "named, so it is taken though it does not fit";
  EXPECT_EQ(picked("6.2"), -1);
}

TEST(EntryLines, AreSafeForAShell) {
  BootEntry entry = Entry("It's $HOME `x`", "/boot/a b");
  entry.initrds = {"/boot/1", "/boot/2"};
  const auto lines = EntryLines(entry, "http://h/s/a:1");
  ASSERT_TRUE(IsOk(lines));
  EXPECT_EQ(*lines,
            "title='It'\\''s $HOME `x`'\nkernel='/boot/a b'\ninitrd='/boot/1'\ninitrd='/boot/2'\n"
            "cmdline=''\nimage='http://h/s/a:1'\n");
}

TEST(EntryLines, RefuseControlCharacters) {
  for (const char* text : {"a\nb", "a\x1b[2J", "\x7f"}) {
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, EntryLines(Entry(text, "/k"), "http://h/s/a:1")));
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, EntryLines(Entry("t", text), "http://h/s/a:1")));
    BootEntry entry = Entry("t", "/k");
    entry.cmdline = text;
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, EntryLines(entry, "http://h/s/a:1")));
    entry.cmdline = "";
    entry.initrds = {text};
    EXPECT_TRUE(FailsWith(ErrorKind::kInvalid, EntryLines(entry, "http://h/s/a:1")));
  }
}

TEST(EntryList, MarksWhatFits) {
  EXPECT_EQ(EntryList({Entry("a\tb", "/k"), Entry("c", "/l", {{MatchKind::kCpuFlag, "sve"}})}, Laptop()),
            "0\ta?b\t/k\tfits\n1\tc\t/l\tno\n");
}

}  // namespace
}  // namespace rootstream

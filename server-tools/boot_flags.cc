#include "server-tools/boot_flags.h"

#include "format/match_rule.h"

namespace rootstream {
namespace {

constexpr const char* kKernel = "--kernel";
constexpr const char* kInitrd = "--initrd";
constexpr const char* kCmdline = "--cmdline";
constexpr const char* kTitle = "--title";
constexpr const char* kMatch = "--match";

Status SetOnce(std::string& field, const std::string& value, const char* option) {
  if (!field.empty()) return Invalid(std::string(option) + " is given twice for one --kernel");
  field = value;
  return Ok();
}

}  // namespace

void BootFlags::AddTo(Verb& verb) {
  const auto add = [&](const char* option, const char* type, const std::string& help) {
    verb.OrderedOption(
        option, type,
        [=, this](const std::string& value) {
          given_.push_back({option, value});
        },
        help);
  };
  add(kKernel, "PATH", "kernel in the image; begins a boot entry (repeatable)");
  add(kInitrd, "PATH", "of the entry: an initrd in the image (repeatable)");
  add(kCmdline, "STRING", "of the entry: command line of the kernel");
  add(kTitle, "TEXT", "of the entry: its line in a menu");
  add(kMatch, "RULE",
      "of the entry: only for machines with modalias:PATTERN, dmi:FIELD=PATTERN, cpu:FLAG, arch:NAME "
      "(repeatable: all of them)");
}

Result<std::vector<BootEntry>> BootFlags::Entries() const {
  std::vector<BootEntry> entries;
  for (const auto& [option, value] : given_) {
    if (option == kKernel) entries.push_back({.kernel = value});
    if (entries.empty()) return Invalid(std::string(option) + " needs a --kernel before it");
    BootEntry& entry = entries.back();
    if (option == kInitrd) entry.initrds.push_back(value);
    if (option == kCmdline) RS_CHECK(SetOnce(entry.cmdline, value, option));
    if (option == kTitle) RS_CHECK(SetOnce(entry.title, value, option));
    if (option == kMatch) {
      RS_TRY(MatchRule rule, ParseMatchRule(value));
      entry.rules.push_back(std::move(rule));
    }
  }
  return entries;
}

}  // namespace rootstream

#include "server-tools/boot_flags.h"

#include <CLI/CLI.hpp>
#include <map>

#include "format/match_rule.h"

namespace rootstream {

void BootFlags::AddTo(CLI::App& command) {
  const auto add = [&](const char* name, const char* type, const std::string& help) {
    return command.add_option(name, help)
        ->type_name(type)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  };
  command_ = &command;
  kernel_ = add("--kernel", "PATH", "kernel in the image; begins a boot entry (repeatable)");
  initrd_ = add("--initrd", "PATH", "of the entry: an initrd in the image (repeatable)");
  cmdline_ = add("--cmdline", "STRING", "of the entry: command line of the kernel");
  title_ = add("--title", "TEXT", "of the entry: its line in a menu");
  match_ = add("--match", "RULE",
               "of the entry: only for machines with modalias:PATTERN, dmi:FIELD=PATTERN, cpu:FLAG, "
               "arch:NAME (repeatable: all of them)");
}

Result<std::vector<BootEntry>> BootFlags::Entries() const {
  std::vector<BootEntry> entries;
  std::map<const CLI::Option*, size_t> used;  // of each option's values
  const auto set_once = [](std::string& field, const std::string& value, const char* name) -> Status {
    if (!field.empty()) return Invalid(std::string(name) + " is given twice for one --kernel");
    field = value;
    return Ok();
  };
  for (const CLI::Option* option : command_->parse_order()) {
    const bool is_ours =
        option == kernel_ || option == initrd_ || option == cmdline_ || option == title_ || option == match_;
    if (!is_ours) continue;
    const std::string value = option->results().at(used[option]++);
    if (option == kernel_) entries.push_back({.kernel = value});
    if (entries.empty()) return Invalid(option->get_name() + " needs a --kernel before it");
    BootEntry& entry = entries.back();
    if (option == initrd_) entry.initrds.push_back(value);
    if (option == cmdline_) RS_CHECK(set_once(entry.cmdline, value, "--cmdline"));
    if (option == title_) RS_CHECK(set_once(entry.title, value, "--title"));
    if (option == match_) {
      RS_TRY(MatchRule rule, ParseMatchRule(value));
      entry.rules.push_back(std::move(rule));
    }
  }
  return entries;
}

}  // namespace rootstream

#include "boot/pick_entry.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

#include "base/plain_text.h"

namespace rootstream {
namespace {

bool MatchesGlob(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

bool MatchesDmi(const std::string& rule, const Machine& machine) {
  const size_t equals = rule.find('=');
  if (equals == std::string::npos) return false;
  const auto field = machine.dmi.find(rule.substr(0, equals));
  return field != machine.dmi.end() && MatchesGlob(rule.substr(equals + 1), field->second);
}

bool Matches(const MatchRule& rule, const Machine& machine) {
  switch (rule.kind) {
    case MatchKind::kModalias:
      return std::any_of(machine.modaliases.begin(), machine.modaliases.end(),
                         [&](const std::string& alias) { return MatchesGlob(rule.pattern, alias); });
    case MatchKind::kDmi:
      return MatchesDmi(rule.pattern, machine);
    case MatchKind::kCpuFlag:
      return machine.cpu_flags.contains(rule.pattern);
    case MatchKind::kArchitecture:
      return machine.architecture == rule.pattern;
  }
  return false;
}

// What a person may call an entry.
std::vector<std::string> LabelsOf(const BootEntry& entry) {
  const std::filesystem::path kernel(entry.kernel);
  const std::string file = kernel.filename();
  std::vector<std::string> labels = {entry.title, entry.kernel, file};
  // vmlinuz-VERSION, or VERSION/vmlinuz.
  if (const size_t dash = file.find('-'); dash != std::string::npos) {
    labels.push_back(file.substr(dash + 1));
  } else {
    labels.push_back(kernel.parent_path().filename());
  }
  return labels;
}

using Entries = std::vector<const BootEntry*>;

const BootEntry* PickFrom(const Entries& entries, const Machine& machine) {
  const BootEntry* best = nullptr;
  for (const BootEntry* entry : entries) {
    if (!Fits(*entry, machine)) continue;
    if (!entry->rules.empty()) return entry;
    if (best == nullptr || (entry->is_default && !best->is_default)) best = entry;
  }
  return best;
}

std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string Shown(const std::string& text) {
  if (IsPlainText(text)) return text;
  std::string out = text;
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\xc2'; },
      '?');
  return out;
}

}  // namespace

bool Fits(const BootEntry& entry, const Machine& machine) {
  return std::all_of(entry.rules.begin(), entry.rules.end(),
                     [&](const MatchRule& rule) { return Matches(rule, machine); });
}

const BootEntry* PickEntry(const std::vector<BootEntry>& entries, const Machine& machine) {
  Entries all;
  for (const BootEntry& entry : entries) all.push_back(&entry);
  return PickFrom(all, machine);
}

const BootEntry* PickLabelled(const std::vector<BootEntry>& entries, const std::string& label, const Machine& machine) {
  Entries exact;
  Entries in_part;
  for (const BootEntry& entry : entries) {
    const std::vector<std::string> labels = LabelsOf(entry);
    const auto is_in = [&](const std::string& text) { return text.find(label) != std::string::npos; };
    if (std::find(labels.begin(), labels.end(), label) != labels.end()) exact.push_back(&entry);
    if (std::any_of(labels.begin(), labels.end(), is_in)) in_part.push_back(&entry);
  }
  const Entries& meant = exact.empty() ? in_part : exact;
  if (meant.empty()) return nullptr;
  const BootEntry* fitting = PickFrom(meant, machine);
  return fitting != nullptr ? fitting : meant.front();
}

Result<std::string> EntryLines(const BootEntry& entry, const std::string& image) {
  std::vector<std::pair<const char*, std::string>> lines = {{"title", entry.title}, {"kernel", entry.kernel}};
  for (const std::string& initrd : entry.initrds) lines.emplace_back("initrd", initrd);
  lines.emplace_back("cmdline", entry.cmdline);
  lines.emplace_back("image", image);
  std::string out;
  for (const auto& [key, value] : lines) {
    if (!IsPlainText(value))
      return Invalid("boot entry '" + Shown(entry.title) + "': control characters in its " + key);
    out += std::string(key) + "=" + Quoted(value) + "\n";
  }
  return out;
}

std::string EntryList(const std::vector<BootEntry>& entries, const Machine& machine) {
  std::string out;
  for (size_t i = 0; i < entries.size(); ++i)
    out += std::to_string(i) + "\t" + Shown(entries[i].title) + "\t" + Shown(entries[i].kernel) + "\t" +
           (Fits(entries[i], machine) ? "fits" : "no") + "\n";
  return out;
}

}  // namespace rootstream

#include "format/match_rule.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rootstream {
namespace {

constexpr std::array<std::pair<MatchKind, std::string_view>, 4> kKinds = {{
    {MatchKind::kModalias, "modalias:"},
    {MatchKind::kDmi, "dmi:"},
    {MatchKind::kCpuFlag, "cpu:"},
    {MatchKind::kArchitecture, "arch:"},
}};

bool IsWord(std::string_view text) { return !text.empty() && text.find_first_of(" \t\n") == std::string_view::npos; }

// The name of a file in /sys/class/dmi/id, then a glob.
bool IsDmiPattern(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  const std::string_view field = text.substr(0, equals);
  return std::all_of(field.begin(), field.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool IsPattern(MatchKind kind, std::string_view text) {
  if (kind == MatchKind::kModalias) return !text.empty();
  return kind == MatchKind::kDmi ? IsDmiPattern(text) : IsWord(text);
}

}  // namespace

Result<MatchRule> ParseMatchRule(const std::string& text) {
  for (const auto& [kind, prefix] : kKinds) {
    if (!text.starts_with(prefix)) continue;
    const std::string pattern = text.substr(prefix.size());
    if (IsPattern(kind, pattern)) return MatchRule{kind, pattern};
  }
  return Invalid("'" + text + "' is not a match rule: modalias:PATTERN, dmi:FIELD=PATTERN, cpu:FLAG or arch:NAME");
}

std::string MatchRuleText(const MatchRule& rule) {
  const auto* const found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& kind) { return kind.first == rule.kind; });
  return std::string(found->second) + rule.pattern;
}

}  // namespace rootstream

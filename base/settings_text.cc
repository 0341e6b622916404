#include "base/settings_text.h"

#include <algorithm>

#include "base/trim.h"

namespace rootstream {
namespace {

std::string LineName(size_t line) { return "line " + std::to_string(line); }

bool IsKey(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

Result<std::vector<Setting>> ParseSettings(std::string_view text) {
  std::vector<Setting> settings;
  std::string section;
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), whole.size() + 1));
    const std::string_view line = Trimmed(whole);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      section = Trimmed(line.substr(1, line.size() - 2));
      if (line.back() != ']' || section.empty()) return Invalid(LineName(number) + ": a section is [NAME]");
      continue;
    }
    const size_t equals = std::min(line.size(), line.find('='));
    const std::string_view key = Trimmed(line.substr(0, equals));
    if (equals == line.size() || !IsKey(key))
      return Invalid(LineName(number) + ": '" + std::string(line) + "' is not KEY = VALUE");
    const std::string_view value = Trimmed(line.substr(equals + 1));
    if (value.empty()) return Invalid(LineName(number) + ": " + std::string(key) + " has no value");
    settings.push_back({section, std::string(key), std::string(value), number});
  }
  return settings;
}

Error UnknownSetting(const Setting& setting, const std::vector<std::string>& known) {
  std::string words;
  for (const std::string& word : known) words += (words.empty() ? "" : ", ") + word;
  return OfLine(setting, Invalid("there is no setting '" + setting.key + "', but " + words));
}

Error OfLine(const Setting& setting, const Error& error) { return Of(LineName(setting.line), error); }

}  // namespace rootstream

#include "base/ini_text.h"

#include "base/trim.h"

namespace rootstream {

std::map<std::string, std::string> ParseIniSection(std::string_view text, std::string_view section) {
  std::map<std::string, std::string> values;
  bool is_inside = false;
  std::string outer;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const std::string_view plain = Trimmed(line);
    if (plain.empty() || plain.front() == '#' || plain.front() == ';') continue;
    if (plain.front() == '[') {
      is_inside = plain.back() == ']' && Trimmed(plain.substr(1, plain.size() - 2)) == section;
      outer.clear();
      continue;
    }
    const size_t equals = plain.find('=');
    if (!is_inside || equals == std::string_view::npos) continue;
    const std::string key(Trimmed(plain.substr(0, equals))), value(Trimmed(plain.substr(equals + 1)));
    const bool is_nested = line.front() == ' ' || line.front() == '\t';
    if (!is_nested) outer = value.empty() ? key : "";
    if (!value.empty()) values[is_nested && !outer.empty() ? outer + "." + key : key] = value;
  }
  return values;
}

}  // namespace rootstream

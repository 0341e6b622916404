#include "chunker/bootable/os_release.h"

#include <algorithm>

namespace rootstream {
namespace {

constexpr std::string_view kKey = "PRETTY_NAME=";

// A value as a shell would take it.
std::string Unquoted(std::string_view value) {
  std::string out;
  char quote = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && quote != '\'' && i + 1 < value.size()) {
      out += value[++i];
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c != '\r') {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string PrettyNameOf(std::string_view os_release) {
  std::string name;
  while (!os_release.empty()) {
    const std::string_view line = os_release.substr(0, os_release.find('\n'));
    os_release.remove_prefix(std::min(line.size() + 1, os_release.size()));
    if (line.starts_with(kKey)) name = Unquoted(line.substr(kKey.size()));
  }
  return name;
}

}  // namespace rootstream

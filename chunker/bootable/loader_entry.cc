#include "chunker/bootable/loader_entry.h"

#include <algorithm>

#include "base/trim.h"

namespace rootstream {
namespace {

constexpr std::string_view kSpace = " \t\r";

// Paths of a line. Fedora writes a boot loader's variables behind them ("$tuned_initrd").
std::vector<std::string> Paths(std::string_view value) {
  std::vector<std::string> paths;
  while (!value.empty()) {
    const std::string_view word = value.substr(0, value.find_first_of(kSpace));
    if (!word.starts_with("$")) paths.emplace_back(word);
    value = Trimmed(value.substr(word.size()));
  }
  return paths;
}

}  // namespace

LoaderEntry LoaderEntry::Parse(std::string_view text) {
  LoaderEntry entry;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = Trimmed(line);
    const std::string_view key = line.substr(0, line.find_first_of(kSpace));
    const std::string value(Trimmed(line.substr(key.size())));
    if (key == "title") entry.title = value;
    if (key == "version") entry.version = value;
    if (key == "sort-key") entry.sort_key = value;
    if (key == "linux" && !value.empty()) entry.linux = Paths(value).empty() ? "" : Paths(value)[0];
    if (key == "initrd")
      for (std::string& path : Paths(value)) entry.initrds.push_back(std::move(path));
    if (key == "options") entry.options += value + "\n";
  }
  return entry;
}

}  // namespace rootstream

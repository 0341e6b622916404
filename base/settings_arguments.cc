#include "base/settings_arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <set>

#include "base/file_io.h"
#include "base/settings_text.h"

namespace rootstream {
namespace {

constexpr size_t kMaxFile = 1 << 20;  // bytes
const std::string kConfig = "--config";

// Takes "--config FILE" or "--config=FILE" out of the arguments.
std::optional<std::string> TakeConfig(std::vector<std::string>& arguments) {
  for (auto at = arguments.begin(); at != arguments.end() && *at != "--"; ++at) {
    const bool has_value = at->starts_with(kConfig + "=");
    if (!has_value && (*at != kConfig || std::next(at) == arguments.end())) continue;
    std::string path = has_value ? at->substr(kConfig.size() + 1) : *std::next(at);
    arguments.erase(at, at + (has_value ? 1 : 2));
    return path;
  }
  return std::nullopt;
}

bool IsGiven(const std::vector<std::string>& arguments, const std::string& option) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return argument == option || argument.starts_with(option + "=");
  });
}

std::vector<std::string> KnownTo(const CLI::App& verb, std::vector<std::string> names) {
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& name : option->get_lnames())
      if (name != "help" && "--" + name != kConfig) names.push_back(name);
  return names;
}

Status Expand(const CLI::App& verb, const std::vector<std::string>& positions, const std::vector<Setting>& settings,
              std::vector<std::string>& arguments) {
  const std::vector<std::string> known = KnownTo(verb, positions);
  std::vector<std::string> by_position(positions.size()), options;
  std::set<std::string> singles;
  for (const Setting& setting : settings) {
    if (!setting.section.empty()) return OfLine(setting, Invalid("there are no sections here"));
    if (std::find(known.begin(), known.end(), setting.key) == known.end()) return UnknownSetting(setting, known);
    const auto position = std::find(positions.begin(), positions.end(), setting.key);
    const bool is_single =
        position != positions.end() || verb.get_option("--" + setting.key)->get_items_expected_max() <= 1;
    if (is_single && !singles.insert(setting.key).second)
      return OfLine(setting, Invalid(setting.key + " is given twice"));
    if (position != positions.end()) {
      by_position[static_cast<size_t>(position - positions.begin())] = setting.value;
      continue;
    }
    const std::string name = "--" + setting.key;
    const CLI::Option& option = *verb.get_option(name);
    const bool is_flag = option.get_items_expected_max() == 0;
    if (is_flag && setting.value != "yes" && setting.value != "no")
      return OfLine(setting, Invalid(setting.key + " is yes or no"));
    if (option.get_items_expected_max() <= 1 && IsGiven(arguments, name)) continue;
    if (!is_flag) options.push_back(name + "=" + setting.value);
    if (is_flag && setting.value == "yes") options.push_back(name);
  }
  std::erase(by_position, "");
  options.insert(options.end(), by_position.begin(), by_position.end());
  arguments.insert(arguments.begin() + 1, options.begin(), options.end());
  return Ok();
}

}  // namespace

Status ExpandSettingsFile(const CLI::App& verb, const std::vector<std::string>& positions,
                          std::vector<std::string>& arguments) {
  const auto path = TakeConfig(arguments);
  if (!path) return Ok();
  const auto text = ReadWholeFile(*path, kMaxFile);
  if (!text.ok()) return Of(kConfig, text.error());
  const auto settings = ParseSettings(*text);
  if (!settings.ok()) return Of(*path, settings.error());
  const Status expanded = Expand(verb, positions, *settings, arguments);
  return expanded.ok() ? expanded : Of(*path, expanded.error());
}

}  // namespace rootstream

#include "fusefs/image/machine_settings.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/file_io.h"
#include "base/settings_text.h"

namespace rootstream {
namespace {

constexpr const char* kFolder = "/etc/rootstream";
constexpr size_t kMaxFile = 1 << 20;  // bytes
constexpr std::string_view kKeySuffix = ".pub";

// "http://host/store" is for http://host/store/NAME, and not for http://host/storeroom/NAME.
bool IsFor(std::string_view section, std::string_view url) {
  while (section.ends_with('/')) section.remove_suffix(1);
  if (!url.starts_with(section)) return false;
  return section.empty() || url.size() == section.size() || url[section.size()] == '/' || url[section.size()] == '?';
}

Result<std::vector<Setting>> ReadSettings(const std::string& path) {
  const auto text = ReadWholeFile(path, kMaxFile);
  if (!text.ok() && text.error().kind == ErrorKind::kMissing) return std::vector<Setting>();
  if (!text.ok()) return text.error();
  auto settings = ParseSettings(*text);
  if (!settings.ok()) return Of(path, settings.error());
  return settings;
}

// A section's values replace those of a shorter one.
std::vector<Setting> Chosen(std::vector<Setting> settings, const std::string& url) {
  std::erase_if(settings, [&](const Setting& setting) { return !IsFor(setting.section, url); });
  std::map<std::string, size_t> longest;
  for (const Setting& setting : settings) longest[setting.key] = std::max(longest[setting.key], setting.section.size());
  std::erase_if(settings, [&](const Setting& setting) { return setting.section.size() < longest[setting.key]; });
  return settings;
}

// In every line, also of sections that are for other stores: a typo is told before it is needed.
Status Check(const std::vector<Setting>& settings) {
  ClientOptions unused;
  for (const Setting& setting : settings) {
    const auto is_known = SetClientOption(setting.key, setting.value, unused);
    if (!is_known.ok()) return OfLine(setting, is_known.error());
    if (!*is_known) return UnknownSetting(setting, ClientOptionNames());
  }
  return Ok();
}

Result<std::vector<std::string>> KeysIn(const std::string& folder) {
  std::vector<std::string> keys;
  auto names = NamesIn(folder);
  if (!names.ok() && names.error().kind == ErrorKind::kMissing) return keys;
  if (!names.ok()) return names.error();
  std::sort(names->begin(), names->end());
  for (const std::string& name : *names)
    if (name.ends_with(kKeySuffix) && !name.starts_with('.')) keys.push_back(folder + "/" + name);
  return keys;
}

}  // namespace

std::string SettingsFolder() {
  const char* const folder = getenv("ROOTSTREAM_SETTINGS");
  return folder != nullptr && *folder != 0 ? folder : kFolder;
}

Status AddMachineSettings(const std::string& folder, ClientOptions& options) {
  const std::string path = folder + "/rootstream.conf";
  RS_TRY(const std::vector<Setting> settings, ReadSettings(path));
  if (const Status known = Check(settings); !known.ok()) return Of(path, known.error());
  const std::set<std::string> given = options.given;
  for (const Setting& setting : Chosen(settings, options.url))
    if (!given.contains(setting.key)) RS_CHECK(SetClientOption(setting.key, setting.value, options));
  if (given.contains("pubkey") || options.insecure) return Ok();
  RS_TRY(const std::vector<std::string> keys, KeysIn(folder + "/keys.d"));
  options.public_keys.insert(options.public_keys.end(), keys.begin(), keys.end());
  return Ok();
}

}  // namespace rootstream

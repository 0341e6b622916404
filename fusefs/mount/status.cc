#include "fusefs/mount/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/message.h"
#include "base/url_text.h"

namespace rootstream {
namespace {

using nlohmann::ordered_json;

constexpr size_t kShownOfNoStatus = 80;  // bytes
constexpr double kMostBandwidth = 1e15;

// A field of /proc/self/status, in bytes; proc(5) gives them in kB.
uint64_t ProcessBytes(std::string_view field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(field)) return std::stoull(line.substr(field.size() + 1)) * 1024;
  return 0;
}

ordered_json FillJson(const Layers& layers) {
  Fill::Progress all{.ended = true};
  uint64_t rate = 0;
  for (const auto& client : layers.clients()) {
    if (client->fill() == nullptr) return nullptr;
    const Fill::Progress progress = client->fill()->progress();
    all.total += progress.total;
    all.done += progress.done;
    all.ended = all.ended && progress.ended;
    if (all.problem.empty()) all.problem = progress.problem;
    if (all.hindered_by.empty()) all.hindered_by = progress.hindered_by;
    rate = client->fill()->rate();
  }
  return {{"total", all.total},
          {"done", all.done},
          {"ended", all.ended},
          {"rate", rate == kNoRateLimit ? ordered_json() : ordered_json(rate)},
          {"problem", WithoutSecretsIn(all.problem)},
          {"hindered_by", WithoutSecretsIn(all.hindered_by)}};
}

Warmup::Progress HotRangeOf(const Layers& layers) {
  Warmup::Progress all;
  for (const auto& client : layers.clients()) {
    const Warmup::Progress one = client->warmup().progress();
    all.total += one.total;
    all.done += one.done;
    if (all.problem.empty()) all.problem = one.problem;
  }
  return all;
}

// "none", "kept", or "lost" if that of any layer is.
const char* MemoryOfRefs(const Layers& layers) {
  if (!layers.base().has_memory()) return "none";
  for (const auto& client : layers.clients())
    if (!client->memory_lost().empty()) return "lost";
  return "kept";
}

ordered_json LayersJson(const Layers& layers) {
  ordered_json all = ordered_json::array();
  for (const auto& client : layers.clients()) {
    const RefBody& ref = client->ref().body;
    all.push_back({{"image", ref.image.name}, {"tag", ref.image.tag}, {"serial", ref.serial}});
  }
  return all;
}

// {"fill": …} as a line.
std::string FillText(const ordered_json& fill) {
  std::string out = "\nfill      ";
  const uint64_t total = fill.value("total", uint64_t{0});
  const bool looks = total == 0 && !fill.value("ended", false);
  out += looks ? "looks what there is"
               : fmt::format("{} of {}", HumanBytes(fill.value("done", uint64_t{0})), HumanBytes(total));
  if (fill.contains("rate") && fill["rate"].is_number())
    out += fmt::format(", at most {}/s", HumanBytes(fill["rate"].get<uint64_t>()));
  if (const std::string problem = ShownMessage(fill.value("problem", "")); !problem.empty())
    out += "; not whole: " + problem;
  if (const std::string why = ShownMessage(fill.value("hindered_by", "")); !why.empty()) out += "; waits: " + why;
  return out;
}

// The layers above the lowest one, a line for each.
std::string LayersText(const ordered_json& layers) {
  std::string out;
  for (size_t i = 1; i < layers.size(); ++i) {
    const auto word = [&](const char* key) { return ShownMessage(layers.at(i).value(key, "")); };
    out += fmt::format("  above   {}:{} (serial {})\n", word("image"), word("tag"),
                       layers.at(i).value("serial", uint64_t{0}));
  }
  return out;
}

// The whole for people. Throws the library's exceptions where `s` is not of the form that StatusJson makes.
std::string TextOf(const ordered_json& s) {
  std::string out;
  // The text comes from another process.
  const auto word = [&](const char* key) { return ShownMessage(s.value(key, "")); };
  const auto bytes = [&](const char* key) { return HumanBytes(s.value(key, uint64_t{0})); };
  out += fmt::format("image     {}:{} (serial {})\n", word("image"), word("tag"), s.value("serial", uint64_t{0}));
  if (s.contains("layers") && s["layers"].size() > 1) out += LayersText(s["layers"]);
  out += fmt::format("network   {}, round trip {:.1f} ms, {}/s\n", word("state"), s.value("rtt_ms", 0.0),
                     HumanBytes(static_cast<uint64_t>(std::clamp(s.value("bandwidth", 0.0), 0.0, kMostBandwidth))));
  out += fmt::format("fetched   {} in {} requests, {} retries, {} errors\n", bytes("wire_bytes"),
                     s.value("requests", 0), s.value("retries", 0), s.value("errors", 0));
  out += fmt::format("lookups   {} from memory, {} from disk, {} from the network\n", s.at("hits").value("memory", 0),
                     s.at("hits").value("disk", 0), s.value("misses", 0));
  out += fmt::format("cache     {} of {}", bytes("cache_bytes"), bytes("cache_limit"));
  if (const std::string problem = word("cache_problem"); !problem.empty())
    out += fmt::format(", not written for now: {}", problem);
  if (s.value("memory_of_refs", "") == "lost")
    out += "\nwarning   memory of refs: lost; an older version than was seen before may have been taken";
  if (const uint64_t total = s.at("hot").value("total", uint64_t{0}); total > 0)
    out += fmt::format("\nhot range {} of {}", HumanBytes(s.at("hot").value("done", uint64_t{0})), HumanBytes(total));
  if (const std::string problem = word("hot_problem"); !problem.empty())
    out += fmt::format("\nhot range not whole: {}", problem);
  if (s.contains("fill") && s["fill"].is_object()) out += FillText(s.at("fill"));
  out += fmt::format("\nmemory    {}\nup        {} s\n", bytes("rss_anon"), s.value("uptime_s", 0));
  return out;
}

Error NoStatus(const std::string& json) { return Invalid("not a status: " + json.substr(0, kShownOfNoStatus)); }

Result<ordered_json> ParseStatus(const std::string& json) {
  ordered_json status = ordered_json::parse(json, nullptr, false);
  if (!status.is_object() || !status.contains("image")) return NoStatus(json);
  return status;
}

// In ASCII, whatever the strings hold; bytes that are not UTF-8 are replaced.
std::string Dump(const ordered_json& status) {
  return status.dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string HumanBytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string StatusJson(const Layers& layers, std::chrono::steady_clock::time_point started) {
  const Counters& counters = layers.cache().counters();
  const NetworkState network = layers.cache().network();
  const DiskCache* disk = layers.cache().disk();
  const RefBody& ref = layers.base().ref().body;
  const Warmup::Progress hot = HotRangeOf(layers);
  const auto up = std::chrono::steady_clock::now() - started;
  const ordered_json status = {
      {"image", WithoutSecrets(layers.url().store) + "/" + ref.image.name},
      {"tag", ref.image.tag},
      {"serial", ref.serial},
      {"layers", LayersJson(layers)},
      {"state", network.offline ? "offline" : "online"},
      {"offline", network.offline},
      {"rtt_ms", network.rtt_ms},
      {"bandwidth", network.bandwidth},
      {"wire_bytes", counters.wire_bytes.load()},
      {"requests", counters.requests.load()},
      {"retries", counters.retries.load()},
      {"errors", counters.errors.load()},
      {"hits", {{"memory", counters.memory_hits.load()}, {"disk", counters.disk_hits.load()}}},
      {"misses", counters.misses.load()},
      {"cache_bytes", disk != nullptr ? disk->size() : 0},
      {"cache_limit", disk != nullptr ? disk->limit() : 0},
      {"index_memory", disk != nullptr ? disk->index_memory() : 0},
      {"memory_of_refs", MemoryOfRefs(layers)},
      {"cache_problem", disk != nullptr ? disk->problem() : ""},
      {"hot", {{"total", hot.total}, {"done", hot.done}}},
      {"hot_problem", WithoutSecretsIn(hot.problem)},
      {"fill", FillJson(layers)},
      {"recorded", layers.base().recorder().size()},
      {"rss_anon", ProcessBytes("RssAnon:") + ProcessBytes("VmLck:")},
      {"rss_file", ProcessBytes("RssFile:")},
      {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(up).count()},
  };
  return Dump(status);
}

Result<std::string> StatusText(const std::string& json) {
  RS_TRY(const ordered_json status, ParseStatus(json));
  try {
    return TextOf(status);
  } catch (const ordered_json::exception&) {
    return NoStatus(json);
  }
}

Result<std::string> StatusForScripts(const std::string& json) {
  RS_TRY(const ordered_json status, ParseStatus(json));
  return Dump(status);
}

}  // namespace rootstream

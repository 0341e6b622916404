#include "fusefs/commands/metrics.h"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

namespace rootstream {
namespace {

using nlohmann::ordered_json;

enum class Kind { kCounter, kGauge };
struct Metric {
  const char* name;
  Kind kind;
  const char* help;
  const char* pointer;  // into the status: RFC 6901
  double scale = 1;     // to the unit of the name
};
constexpr Metric kMetrics[] = {
    {"rootstream_serial", Kind::kGauge, "Serial of the mounted version.", "/serial"},
    {"rootstream_offline", Kind::kGauge, "1: no store answers at the moment.", "/offline"},
    {"rootstream_round_trip_seconds", Kind::kGauge, "From a request to its first byte; 0: not known.", "/rtt_ms", 1e-3},
    {"rootstream_bandwidth_bytes_per_second", Kind::kGauge, "Of all transfers together; 0: not known.", "/bandwidth"},
    {"rootstream_wire_bytes_total", Kind::kCounter, "Bodies received, without headers.", "/wire_bytes"},
    {"rootstream_requests_total", Kind::kCounter, "GET requests started.", "/requests"},
    {"rootstream_retries_total", Kind::kCounter, "Objects that were requested again.", "/retries"},
    {"rootstream_errors_total", Kind::kCounter, "Objects that arrived damaged, and reads that failed.", "/errors"},
    {"rootstream_memory_hits_total", Kind::kCounter, "Objects found in memory.", "/hits/memory"},
    {"rootstream_disk_hits_total", Kind::kCounter, "Objects found in the cache folder.", "/hits/disk"},
    {"rootstream_misses_total", Kind::kCounter, "Objects requested from the network.", "/misses"},
    {"rootstream_cache_bytes", Kind::kGauge, "Size of the cache folder.", "/cache_bytes"},
    {"rootstream_cache_limit_bytes", Kind::kGauge, "The most that it may hold; 0: there is none.", "/cache_limit"},
    {"rootstream_hot_bytes", Kind::kGauge, "Stored bytes of the hot range.", "/hot/total"},
    {"rootstream_hot_cached_bytes", Kind::kGauge, "Of those, what is in the cache.", "/hot/done"},
    {"rootstream_memory_bytes", Kind::kGauge, "The daemon's own memory.", "/rss_anon"},
    {"rootstream_uptime_seconds", Kind::kGauge, "Since the daemon started.", "/uptime_s"},
};

// Of a label's value.
std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

// nullopt: the status of an older daemon has no such number.
std::optional<double> NumberAt(const ordered_json& status, const char* pointer) {
  const ordered_json::json_pointer at(pointer);
  if (!status.contains(at)) return std::nullopt;
  const ordered_json& value = status.at(at);
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

struct Parsed {
  std::string labels;
  ordered_json status;  // not an object: there is none
};

Parsed Parse(const MountStatus& mount) {
  Parsed parsed{fmt::format("mountpoint=\"{}\"", Escaped(mount.mountpoint)), nullptr};
  if (!mount.json.ok()) return parsed;
  parsed.status = ordered_json::parse(*mount.json, nullptr, false);
  if (!parsed.status.is_object()) return parsed;
  for (const char* label : {"image", "tag"})
    if (parsed.status.contains(label) && parsed.status[label].is_string())
      parsed.labels += fmt::format(",{}=\"{}\"", label, Escaped(parsed.status[label].get<std::string>()));
  return parsed;
}

std::string Header(const char* name, Kind kind, const char* help) {
  return fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind == Kind::kCounter ? "counter" : "gauge");
}

}  // namespace

std::string MetricsText(const std::vector<MountStatus>& mounts) {
  std::vector<Parsed> all;
  for (const MountStatus& mount : mounts) all.push_back(Parse(mount));
  std::string text = Header("rootstream_up", Kind::kGauge, "1: the daemon of the mount answers.");
  for (const Parsed& mount : all)
    text += fmt::format("rootstream_up{{{}}} {}\n", mount.labels, mount.status.is_object() ? 1 : 0);
  for (const Metric& metric : kMetrics) {
    std::string samples;
    for (const Parsed& mount : all)
      if (const auto value = NumberAt(mount.status, metric.pointer))
        samples += fmt::format("{}{{{}}} {}\n", metric.name, mount.labels, *value * metric.scale);
    if (!samples.empty()) text += Header(metric.name, metric.kind, metric.help) + samples;
  }
  return text;
}

}  // namespace rootstream

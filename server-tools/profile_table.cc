#include "server-tools/profile_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/plain_text.h"

namespace rootstream {
namespace {

struct FileLine {
  uint64_t at = 0;
  uint64_t bytes = 0;
  uint64_t reads = 0;
  uint64_t waited = 0;
};

double Seconds(uint64_t microseconds) { return static_cast<double>(microseconds) / 1e6; }

double MiB(uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

std::string ProfileTable(const Profile& profile) {
  std::map<std::string, FileLine> files;
  std::map<ProfileKind, uint64_t> counts;
  FileLine total;
  uint64_t shard_bytes = 0;
  for (const ProfileEvent& event : profile.events) {
    ++counts[event.kind];
    if (event.kind == ProfileKind::kShard) shard_bytes += event.length;
    if (event.kind != ProfileKind::kRead) continue;
    const auto [found, is_new] = files.try_emplace(event.path, FileLine{event.at});
    for (FileLine* line : {&found->second, &total}) {
      line->bytes += event.length;
      line->waited += event.waited;
      ++line->reads;
    }
  }
  std::vector<std::pair<std::string, FileLine>> lines(files.begin(), files.end());
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
  std::string out = fmt::format(
      "image     {}, manifest {}\n"
      "files     {} read, {:.2f} MiB in {} ranges\n"
      "metadata  {} names looked up, {} directories listed, {} shards ({} bytes)\n"
      "\n{:>9} {:>9} {:>12} {:>7}  {}\n",
      profile.image.ToString(), profile.manifest.Hex(), files.size(), MiB(total.bytes), total.reads,
      counts[ProfileKind::kLook], counts[ProfileKind::kList], counts[ProfileKind::kShard], shard_bytes, "at s",
      "waited s", "bytes", "ranges", "file");
  for (const auto& [path, line] : lines)
    out += fmt::format("{:>9.3f} {:>9.3f} {:>12} {:>7}  {}\n", Seconds(line.at), Seconds(line.waited), line.bytes,
                       line.reads, Printable(path));
  return out;
}

}  // namespace rootstream

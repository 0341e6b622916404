#include "server-tools/profile_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/plain_text.h"

namespace rootstream {
namespace {

constexpr int kLabels = 330;  // pixels, left of the timeline
constexpr int kTimeline = 1000;
constexpr int kRow = 11;
constexpr int kTop = 44;
constexpr int kGraph = 110;         // height of the graph below the rows
constexpr size_t kMaxRows = 600;    // files; a picture of more is unreadable
constexpr size_t kMaxLabel = 52;    // characters
constexpr int kSlices = 500;        // of time, in the graph
constexpr uint64_t kWaited = 2000;  // microseconds: a slower request was not answered from memory

std::string XmlText(const std::string& text) {
  std::string out;
  for (const char c : Printable(text)) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += static_cast<unsigned char>(c) < 0x80 ? c : '?';
  }
  return out;
}

std::string Label(const std::string& path) {
  if (path.size() <= kMaxLabel) return XmlText(path);
  return "…" + XmlText(path.substr(path.size() - kMaxLabel + 1));
}

class Picture {
 public:
  explicit Picture(const Profile& profile) : profile_(profile) {
    for (const ProfileEvent& event : profile_.events) end_ = std::max(end_, event.at + event.waited);
    FindRows();
  }

  std::string Draw() {
    const int graph = kTop + static_cast<int>(rows_.size()) * kRow + 14;
    std::string body = Title() + Axis(graph + kGraph);
    for (const auto& [name, row] : rows_)
      body += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", kLabels - 6, kTop + row * kRow + 9,
                          Label(name));
    for (const ProfileEvent& event : profile_.events) body += Bar(event);
    body += Graph(graph);
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" font-family=\"sans-serif\" "
        "font-size=\"9\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{2}</svg>\n",
        kLabels + kTimeline + 20, graph + kGraph + 24, body);
  }

 private:
  static std::string RowOf(const ProfileEvent& event) {
    if (event.kind == ProfileKind::kRead || event.kind == ProfileKind::kFile) return event.path;
    return event.kind == ProfileKind::kShard ? "(shards)" : "(names and directories)";
  }

  void FindRows() {
    for (const ProfileEvent& event : profile_.events) {
      if (rows_.size() == kMaxRows) break;
      rows_.try_emplace(RowOf(event), static_cast<int>(rows_.size()));
    }
  }

  double X(uint64_t at) const { return kLabels + static_cast<double>(at) * kTimeline / static_cast<double>(end_); }

  std::string Title() const {
    uint64_t bytes = 0, waits = 0, longest = 0;
    for (const ProfileEvent& event : profile_.events) {
      if (event.kind == ProfileKind::kRead) bytes += event.length;
      if (event.waited > kWaited) ++waits;
      longest = std::max(longest, event.waited);
    }
    return fmt::format(
        "<text x=\"8\" y=\"16\" font-size=\"13\">{}: {:.2f} MiB read in {:.2f} s; {} requests waited, the longest "
        "{:.3f} s</text>\n",
        XmlText(profile_.image.ToString()), static_cast<double>(bytes) / (1 << 20), static_cast<double>(end_) / 1e6,
        waits, static_cast<double>(longest) / 1e6);
  }

  std::string Axis(int bottom) const {
    std::string out;
    for (int tick = 0; tick <= 10; ++tick) {
      const uint64_t at = end_ * static_cast<uint64_t>(tick) / 10;
      out += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"#ddd\"/>"
          "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4:.2f} s</text>\n",
          X(at), kTop - 8, bottom, kTop - 12, static_cast<double>(at) / 1e6);
    }
    return out;
  }

  std::string Bar(const ProfileEvent& event) const {
    const auto row = rows_.find(RowOf(event));
    if (row == rows_.end() || event.kind == ProfileKind::kFile) return "";
    const double width = std::max(1.0, X(event.at + event.waited) - X(event.at));
    std::string what = event.kind == ProfileKind::kShard ? "shard " + event.shard.Hex() : event.path;
    if (event.kind == ProfileKind::kRead) what += fmt::format(", {} bytes at {}", event.length, event.offset);
    return fmt::format(
        "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"><title>{}: {:.3f} s, waited {:.3f} "
        "s</title></rect>\n",
        X(event.at), kTop + row->second * kRow + 1, width, kRow - 2, event.waited > kWaited ? "#c0392b" : "#2471a3",
        XmlText(what), static_cast<double>(event.at) / 1e6, static_cast<double>(event.waited) / 1e6);
  }

  // Requests that were waiting, slice by slice, as bars; bytes read so far as a line.
  std::string Graph(int top) const {
    std::vector<int> waiting(kSlices + 1);
    std::vector<uint64_t> bytes(kSlices + 1);
    const auto slice = [&](uint64_t at) { return at * kSlices / end_; };
    for (const ProfileEvent& event : profile_.events) {
      if (event.waited > kWaited)
        for (uint64_t i = slice(event.at); i <= slice(event.at + event.waited); ++i) ++waiting[i];
      if (event.kind == ProfileKind::kRead) bytes[slice(event.at + event.waited)] += event.length;
    }
    for (size_t i = 1; i < bytes.size(); ++i) bytes[i] += bytes[i - 1];
    const int most = std::max(1, *std::max_element(waiting.begin(), waiting.end()));
    const uint64_t all = std::max<uint64_t>(1, bytes.back());
    std::string out, line;
    for (int i = 0; i <= kSlices; ++i) {
      const double x = kLabels + static_cast<double>(i) * kTimeline / kSlices;
      const double height = static_cast<double>(waiting[i]) * kGraph / most;
      if (height > 0)
        out += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"#e6b0aa\"/>\n", x,
                           top + kGraph - height, static_cast<double>(kTimeline) / kSlices, height);
      line += fmt::format("{:.1f},{:.1f} ", x,
                          top + kGraph - static_cast<double>(bytes[i]) * kGraph / static_cast<double>(all));
    }
    return out + fmt::format(
                     "<polyline points=\"{}\" fill=\"none\" stroke=\"#1e8449\" stroke-width=\"1.5\"/>\n"
                     "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">requests waiting (red), at most {}</text>\n"
                     "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">bytes read (green), {:.2f} MiB in all</text>\n",
                     line, kLabels - 6, top + 20, most, kLabels - 6, top + 36, static_cast<double>(all) / (1 << 20));
  }

  const Profile& profile_;
  uint64_t end_ = 1;  // microseconds
  std::map<std::string, int> rows_;
};

}  // namespace

std::string ProfilePicture(const Profile& profile) { return Picture(profile).Draw(); }

}  // namespace rootstream

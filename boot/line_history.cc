#include "boot/line_history.h"

#include <algorithm>

#include "base/file_io.h"
#include "base/plain_text.h"

namespace rootstream {
namespace {

constexpr size_t kMaxFile = 1 << 20;
constexpr size_t kMaxLines = 200;

void KeepLast(std::vector<std::string>& lines) {
  if (lines.size() > kMaxLines) lines.erase(lines.begin(), lines.end() - kMaxLines);
}

}  // namespace

std::vector<std::string> LoadLineHistory(const std::string& path) {
  std::vector<std::string> lines;
  const auto bytes = ReadWholeFile(path, kMaxFile);
  if (!bytes.ok()) return lines;
  for (std::string_view rest = *bytes; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.empty() && IsPlainText(line)) lines.emplace_back(line);
  }
  KeepLast(lines);
  return lines;
}

void SaveLineHistory(const std::string& path, std::vector<std::string> history, const std::string& line) {
  if (line.empty() || (!history.empty() && history.back() == line)) return;
  history.push_back(line);
  KeepLast(history);
  std::string bytes;
  for (const std::string& each : history) bytes += each + "\n";
  (void)WriteFileAtomically(path, bytes, 0600);  // lines may hold passwords
}

}  // namespace rootstream

#include "chunker/bootable/kernel_cmdline.h"

#include <algorithm>
#include <array>

namespace rootstream {
namespace {

constexpr std::array<std::string_view, 7> kOfItsDisk = {
    "root=", "rootflags=", "rootfstype=", "resume=", "resume_offset=", "initrd=", "BOOT_IMAGE="};

bool IsPortable(std::string_view word) {
  if (word == "ro" || word == "rw" || word.starts_with("$")) return false;
  return std::none_of(kOfItsDisk.begin(), kOfItsDisk.end(),
                      [&](std::string_view prefix) { return word.starts_with(prefix); });
}

void AddWords(std::string_view line, std::string& out) {
  std::string word;
  bool quoted = false;
  const auto end_word = [&] {
    if (!word.empty() && IsPortable(word)) out += (out.empty() ? "" : " ") + word;
    word.clear();
  };
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    const bool is_space = c == ' ' || c == '\t' || c == '\r';
    if (is_space && !quoted) {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
}

}  // namespace

std::string PortableCmdline(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with("#")) AddWords(line, out);
  }
  return out;
}

}  // namespace rootstream

#include "chunker/bootable/version_order.h"

#include <algorithm>

namespace rootstream {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Where a character stands in a run without digits; the end of the run, or of the text, is 0.
int Rank(std::string_view text, size_t at) {
  if (at >= text.size() || IsDigit(text[at])) return 0;
  const char c = text[at];
  if (c == '~') return -1;
  return IsLetter(c) ? c : static_cast<unsigned char>(c) + 256;
}

// The number at the front, without leading zeros, is taken off.
std::string_view TakeNumber(std::string_view& text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), IsDigit);
  std::string_view number = text.substr(0, end - text.begin());
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

}  // namespace

int CompareVersions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    size_t at = 0;
    for (; Rank(a, at) != 0 || Rank(b, at) != 0; ++at)
      if (const int order = Rank(a, at) - Rank(b, at); order != 0) return order;
    a.remove_prefix(at);
    b.remove_prefix(at);
    const std::string_view x = TakeNumber(a);
    const std::string_view y = TakeNumber(b);
    if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
    if (const int order = x.compare(y); order != 0) return order;
  }
  return 0;
}

}  // namespace rootstream

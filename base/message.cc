#include "base/message.h"

#include <algorithm>

#include "base/plain_text.h"
#include "base/url_text.h"

namespace rootstream {
namespace {

bool IsOfScheme(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// The position of the next URL's scheme, at `from` or after it; npos: none.
size_t FindUrl(std::string_view text, size_t from) {
  size_t at = text.find("://", from);
  if (at == std::string_view::npos) return at;
  while (at > from && IsOfScheme(text[at - 1])) --at;
  return at;
}

}  // namespace

std::string ShownMessage(std::string_view text) { return Printable(WithoutSecretsIn(text)); }

std::string WithoutSecretsIn(std::string_view text, std::string_view ends) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t url = std::min(FindUrl(text, at), text.size());
    out += text.substr(at, url - at);
    const size_t slashes = text.find("://", url);
    if (slashes == std::string_view::npos) break;
    at = std::min({FindUrl(text, slashes + 3), text.find_first_of(ends, slashes + 3), text.size()});
    std::string_view found = text.substr(url, at - url);
    // Punctuation that follows a URL in a sentence is not part of it.
    const size_t last = found.find_last_not_of(ends.empty() ? "" : ":,.;");
    out += WithoutSecrets(found.substr(0, last + 1));
    out += found.substr(last + 1);
  }
  return out;
}

}  // namespace rootstream

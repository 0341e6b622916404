#include "format/url_text.h"

#include <algorithm>

namespace rootstream {
namespace {

constexpr std::string_view kEndOfAuthority = "/?#";

// A colon that no number follows parts a name from a password that holds one of kEndOfAuthority unescaped.
bool MayBeginWithUserInfo(std::string_view authority) {
  if (authority.starts_with('[')) return false;  // an address of IPv6
  const size_t colon = authority.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view port = authority.substr(colon + 1);
  return !std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string WithoutSecrets(std::string_view url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string(url);
  const std::string_view scheme = url.substr(0, scheme_end + 3);
  std::string_view rest = url.substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of(kEndOfAuthority));
  size_t at = authority.rfind('@');
  if (at == std::string_view::npos && MayBeginWithUserInfo(authority)) at = rest.rfind('@');
  if (at != std::string_view::npos) rest.remove_prefix(at + 1);
  return std::string(scheme) + std::string(rest.substr(0, rest.find_first_of("?#")));
}

}  // namespace rootstream

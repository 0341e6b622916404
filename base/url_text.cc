#include "base/url_text.h"

#include <algorithm>

namespace rootstream {
namespace {

constexpr std::string_view kEndOfAuthority = "/?#";

// A colon without a port number after it separates a user from a password that contains an unescaped character of
// kEndOfAuthority.
bool MayBeginWithUserInfo(std::string_view authority) {
  if (authority.starts_with('[')) return false;  // an IPv6 address
  const size_t colon = authority.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view port = authority.substr(colon + 1);
  return !std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// As libcurl parses it: user info ends at the last @ of the authority.
std::string HostAndPort(std::string_view url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  url.remove_prefix(scheme_end + 3);
  url = url.substr(0, url.find_first_of(kEndOfAuthority));
  const size_t at = url.rfind('@');
  if (at != std::string_view::npos) url.remove_prefix(at + 1);
  return Lower(url);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
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

std::string HostOf(std::string_view url) {
  std::string host = HostAndPort(url);
  const size_t end = host.starts_with('[') ? host.find(']') : host.find(':');
  host = host.substr(0, end);
  return host.starts_with('[') ? host.substr(1) : host;
}

std::string ServerOf(std::string_view url) {
  const std::string scheme = Lower(url.substr(0, std::min(url.size(), url.find("://"))));
  if (scheme != "http" && scheme != "https") return {};
  std::string server = HostAndPort(url);
  const size_t port = server.find(':', server.starts_with('[') ? server.find(']') : 0);
  if (port == std::string::npos) server += scheme == "http" ? ":80" : ":443";
  return scheme + "://" + server;
}

std::string UriEncoded(std::string_view text, bool is_path) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '.' || c == '_' || c == '~' || (is_path && c == '/');
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

std::string UrlBelow(std::string_view store, std::string_view path) {
  const size_t end = std::min(store.size(), store.find_first_of("?#"));
  std::string_view query = store.substr(end);
  query = query.substr(0, query.find('#'));
  store = store.substr(0, end);
  while (store.ends_with('/') && !store.ends_with("://")) store.remove_suffix(1);
  return std::string(store) + "/" + std::string(path) + std::string(query);
}

std::string PathOfFileUrl(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  for (const std::string_view begin : {"file://localhost/", "file:///"}) {
    if (!url.starts_with(begin)) continue;
    url.remove_prefix(begin.size() - 1);
    std::string path;
    for (size_t i = 0; i < url.size(); ++i) {
      const bool escaped =
          url[i] == '%' && i + 2 < url.size() && HexDigit(url[i + 1]) >= 0 && HexDigit(url[i + 2]) >= 0;
      path.push_back(escaped ? static_cast<char>(16 * HexDigit(url[i + 1]) + HexDigit(url[i + 2])) : url[i]);
      if (escaped) i += 2;
    }
    return path.find('\0') == std::string::npos ? path : std::string();
  }
  return {};
}

}  // namespace rootstream

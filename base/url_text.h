// Functions on URLs. The secrets of a URL are its user info ("user:password@") and its query, which may hold tokens.
// They are sent with requests and shown nowhere: not in messages, mount tables, status or process lists.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// `url` without user info, query and fragment: "http://u:p@host/s?token=x" becomes "http://host/s". If the URL is
// malformed, too much is removed rather than too little. Text without "://", such as a path, is returned unchanged.
std::string WithoutSecrets(std::string_view url);

// The URL of a file in a store, with the store's query: "http://host/s?token=x" and "packs/1" make
// "http://host/s/packs/1?token=x".
std::string UrlBelow(std::string_view store, std::string_view path);

// The host of a URL in lower case, without port and brackets.
std::string HostOf(std::string_view url);
// "scheme://host:port", which identifies a server. Empty for schemes other than http and https.
std::string ServerOf(std::string_view url);

// Escapes all but RFC 3986's unreserved characters (2.3); of '/', a path keeps those.
std::string UriEncoded(std::string_view text, bool is_path);

// The path of a file:// URL (RFC 8089), unescaped, without its query. Empty if it is not a valid one.
std::string PathOfFileUrl(std::string_view url);

}  // namespace rootstream

// URLs: what is made of them, and what a person sees. What proves who one is - "user:password@", and a "?query" with
// its tokens - goes with requests and is shown nowhere: in no message, table of mounts, status or list of processes.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// `url` without its user info, query and fragment: "http://u:p@host/s?token=x" is "http://host/s". Of a URL that is
// none, too much is left out rather than too little. Text without "://", as a path, stays as it is.
std::string WithoutSecrets(std::string_view url);

// The URL of a file below a store, with the store's query: of "http://host/s?token=x" and "packs/1",
// "http://host/s/packs/1?token=x".
std::string UrlBelow(std::string_view store, std::string_view path);

// Lower-case host of a URL, without port and brackets; and "scheme://host:port" as one server is known by.
std::string HostOf(std::string_view url);
std::string ServerOf(std::string_view url);  // empty: not of http or https

// The path that a file:// URL names (RFC 8089): unescaped, without its query. Empty when it cannot be one.
std::string PathOfFileUrl(std::string_view url);

}  // namespace rootstream

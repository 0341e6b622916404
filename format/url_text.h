// URLs before a person's eyes. What proves who one is - "user:password@", and a "?query" with its tokens - goes
// with requests and is shown nowhere: in no message, table of mounts, status or list of processes.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// `url` without its user info, query and fragment: "http://u:p@host/s?token=x" is "http://host/s". Of a URL that is
// none, too much is left out rather than too little. Text without "://", as a path, stays as it is.
std::string WithoutSecrets(std::string_view url);

}  // namespace rootstream

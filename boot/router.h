// Asks an IPv6 router for its advertisement. The kernel makes addresses and routes from it, but does not pass on name
// servers (RFC 4861, RFC 8106).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct RouterAdvertisement {
  std::string router;                     // its link-local address, which the message does not contain
  bool is_router = false;                 // packets may be sent by way of it
  bool has_addresses = false;             // DHCPv6 gives addresses (M)
  bool has_information = false;           // DHCPv6 tells of name servers and the like (O)
  std::vector<std::string> name_servers;  // addresses
  std::vector<std::string> domains;       // letters, digits, dots and hyphens
};

// `message`: ICMPv6, from its type on. Other options are ignored. nullopt: not an advertisement, or one that must
// be discarded (RFC 4861, 6.1.2).
std::optional<RouterAdvertisement> ParseRouterAdvertisement(std::string_view message);

// Asks the routers on the link of a network interface. kUnavailable: none answers within `patience`; kFailed: no such
// interface.
Result<RouterAdvertisement> AskRouter(const std::string& interface,
                                      std::chrono::milliseconds patience = std::chrono::seconds(5));

// For a shell: router6='…' managed6='yes' information6='yes' dns6='…' domain6='…'
std::string ShellWords(const RouterAdvertisement& advertisement);

}  // namespace rootstream

#include "boot/router.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/file_io.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr uint8_t kAdvertisement = 134;
constexpr size_t kHeadSize = 16;      // bytes before the options
constexpr uint8_t kNameServers = 25;  // RFC 8106, 5.1
constexpr uint8_t kDomains = 31;      // RFC 8106, 5.2
constexpr size_t kDnsHeadSize = 8;    // type, length, two reserved, the lifetime
constexpr size_t kAddressSize = 16;
constexpr milliseconds kAskAgainAfter{1000};
constexpr int kHopLimit = 255;  // a packet from outside the link has a smaller one

uint8_t Byte(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

bool HasEnded(std::string_view option) { return option.substr(4, 4) == std::string_view("\0\0\0\0", 4); }

void TakeNameServers(std::string_view option, RouterAdvertisement& out) {
  for (size_t at = kDnsHeadSize; at + kAddressSize <= option.size(); at += kAddressSize) {
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(AF_INET6, option.data() + at, text, sizeof text) != nullptr) out.name_servers.emplace_back(text);
  }
}

bool IsLabel(std::string_view label) {
  return std::all_of(label.begin(), label.end(), [](unsigned char c) { return isalnum(c) != 0 || c == '-'; });
}

// Names as DNS has them (RFC 1035, 3.1), without compression; zeros fill the rest.
void TakeDomains(std::string_view option, RouterAdvertisement& out) {
  std::string name;
  bool is_name = true;
  for (size_t at = kDnsHeadSize; at < option.size();) {
    const size_t size = Byte(option, at++);
    if (size == 0) {
      if (is_name && !name.empty()) out.domains.push_back(name);
      name.clear();
      is_name = true;
      continue;
    }
    if (size > 63 || size > option.size() - at) return;
    is_name = is_name && IsLabel(option.substr(at, size));
    name += (name.empty() ? "" : ".") + std::string(option.substr(at, size));
    at += size;
  }
}

Status Prepare(int socket, unsigned interface) {
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(kAdvertisement, &filter);
  const int yes = 1;
  const bool is_set = setsockopt(socket, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) == 0 &&
                      setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &kHopLimit, sizeof kHopLimit) == 0 &&
                      setsockopt(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &yes, sizeof yes) == 0 &&
                      setsockopt(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface, sizeof interface) == 0;
  return is_set ? Ok() : ErrnoError("cannot use", "the network interface");
}

// Router solicitation to all routers of the link (RFC 4861, 4.1).
void Solicit(int socket, unsigned interface) {
  sockaddr_in6 routers = {};
  routers.sin6_family = AF_INET6;
  routers.sin6_scope_id = interface;
  inet_pton(AF_INET6, "ff02::2", &routers.sin6_addr);
  const char message[8] = {static_cast<char>(133)};
  (void)sendto(socket, message, sizeof message, 0, reinterpret_cast<sockaddr*>(&routers), sizeof routers);
}

// One message; nullopt: not from a router of this link.
std::optional<RouterAdvertisement> Receive(int socket, unsigned interface) {
  char bytes[9000];
  alignas(cmsghdr) char control[256];
  sockaddr_in6 from = {};
  iovec part = {bytes, sizeof bytes};
  msghdr message = {};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = recvmsg(socket, &message, MSG_DONTWAIT);
  if (size < 0 || !IN6_IS_ADDR_LINKLOCAL(&from.sin6_addr) || from.sin6_scope_id != interface) return std::nullopt;
  int hops = 0;
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each))
    if (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_HOPLIMIT)
      memcpy(&hops, CMSG_DATA(each), sizeof hops);
  if (hops != kHopLimit) return std::nullopt;
  auto advertisement = ParseRouterAdvertisement({bytes, static_cast<size_t>(size)});
  char text[INET6_ADDRSTRLEN];
  if (advertisement && inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof text) != nullptr) advertisement->router = text;
  return advertisement;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

std::optional<RouterAdvertisement> ParseRouterAdvertisement(std::string_view message) {
  if (message.size() < kHeadSize || Byte(message, 0) != kAdvertisement || Byte(message, 1) != 0) return std::nullopt;
  RouterAdvertisement out;
  out.has_addresses = (Byte(message, 5) & 0x80) != 0;
  out.has_information = (Byte(message, 5) & 0x40) != 0;
  out.is_router = Byte(message, 6) != 0 || Byte(message, 7) != 0;
  for (std::string_view rest = message.substr(kHeadSize); !rest.empty();) {
    if (rest.size() < 2) return std::nullopt;
    const size_t size = size_t{Byte(rest, 1)} * 8;
    if (size == 0 || size > rest.size()) return std::nullopt;
    const std::string_view option = rest.substr(0, size);
    if (Byte(option, 0) == kNameServers && !HasEnded(option)) TakeNameServers(option, out);
    if (Byte(option, 0) == kDomains && !HasEnded(option)) TakeDomains(option, out);
    rest.remove_prefix(size);
  }
  return out;
}

Result<RouterAdvertisement> AskRouter(const std::string& interface, milliseconds patience) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return Failed("there is no network interface " + interface);
  const UniqueFd socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6));
  if (!socket) return ErrnoError("cannot use", "ICMPv6");
  RS_CHECK(Prepare(socket.get(), index));
  const auto end = steady_clock::now() + patience;
  auto ask_again = steady_clock::now();
  for (auto now = ask_again; now < end; now = steady_clock::now()) {
    if (now >= ask_again) {
      Solicit(socket.get(), index);
      ask_again = now + kAskAgainAfter;
    }
    pollfd waits = {socket.get(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(std::min(end, ask_again) - now);
    if (poll(&waits, 1, static_cast<int>(left.count())) <= 0) continue;
    if (auto advertisement = Receive(socket.get(), index)) return *advertisement;
  }
  return Unavailable(interface + ": no IPv6 router answers");
}

std::string ShellWords(const RouterAdvertisement& advertisement) {
  return "router6='" + (advertisement.is_router ? advertisement.router : "") + "' managed6='" +
         (advertisement.has_addresses ? "yes" : "") + "' information6='" +
         (advertisement.has_information ? "yes" : "") + "' dns6='" + Joined(advertisement.name_servers) +
         "' domain6='" + Joined(advertisement.domains) + "'\n";
}

}  // namespace rootstream

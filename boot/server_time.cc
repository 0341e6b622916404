#include "boot/server_time.h"

#include <netdb.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "base/file_io.h"
#include "base/url_text.h"
#include "boot/outcome_sink.h"
#include "cache/network/curl_transport.h"
#include "format/bytes.h"

namespace rootstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kNtp = "ntp:";
constexpr size_t kNtpSize = 48;  // bytes of a message without its optional part
constexpr uint32_t kFrom1900To1970 = 2'208'988'800;
constexpr milliseconds kAskAgainAfter{1000};

// Numbers of NTP are big-endian.
uint64_t Number(std::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

std::string NtpQuestion(uint64_t transmit) {
  std::string message(kNtpSize, '\0');
  message[0] = 4 << 3 | 3;  // version 4, from a client
  for (size_t i = 0; i < 8; ++i) message[40 + i] = static_cast<char>(transmit >> (56 - 8 * i));
  return message;
}

struct FreeAddresses {
  void operator()(addrinfo* first) const { freeaddrinfo(first); }
};

// A socket whose other end is the first address that there is a way to.
Result<UniqueFd> Connect(const std::string& host, const std::string& port) {
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_DGRAM;
  addrinfo* first = nullptr;
  if (const int code = getaddrinfo(host.c_str(), port.c_str(), &wanted, &first); code != 0)
    return Unavailable(host + ": " + gai_strerror(code));
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(first);
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    UniqueFd socket(::socket(each->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket && connect(socket.get(), each->ai_addr, each->ai_addrlen) == 0) return socket;
  }
  return Unavailable(host + ": there is no way to it");
}

Result<int64_t> TimeFromNtp(const std::string& server, milliseconds patience) {
  const size_t colon = server.find(':');
  const bool has_port = colon != std::string::npos && server.find(':', colon + 1) == std::string::npos;
  RS_TRY(const UniqueFd socket,
         has_port ? Connect(server.substr(0, colon), server.substr(colon + 1)) : Connect(server, "123"));
  uint64_t question = 0;  // a secret random number, which the answer repeats
  if (getrandom(&question, sizeof question, 0) != sizeof question) return Failed("no random number");
  const std::string message = NtpQuestion(question);
  const auto end = steady_clock::now() + patience;
  for (auto now = steady_clock::now(); now < end; now = steady_clock::now()) {
    (void)send(socket.get(), message.data(), message.size(), MSG_NOSIGNAL);
    pollfd waits = {socket.get(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(end - now);
    if (poll(&waits, 1, static_cast<int>(std::min(left, kAskAgainAfter).count())) <= 0) continue;
    char bytes[512];
    const ssize_t size = recv(socket.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && errno == ECONNREFUSED) return Unavailable(server + ": nobody tells the time there");
    if (size <= 0) continue;
    if (const auto time = TimeInNtpAnswer({bytes, static_cast<size_t>(size)}, question)) return *time;
  }
  return Unavailable(server + ": no answer that tells a time");
}

Result<int64_t> TimeFromHttp(const std::string& url, milliseconds patience) {
  // The request names the server only: the path and query of a URL may hold secrets, and the certificate is not
  // checked.
  const std::string server = ServerOf(url);
  if (server.empty()) return Invalid(WithoutSecrets(url) + ": not an address");
  CurlTransport transport({});
  const auto sink = std::make_shared<OutcomeSink>();
  transport.Start({.url = server + "/", .limit = patience, .date_only = true}, sink);
  while (!sink->outcome()) transport.Poll(kAskAgainAfter);
  if (sink->outcome()->date > 0) return sink->outcome()->date;
  const std::string& reason = sink->outcome()->reason;
  return Unavailable(WithoutSecrets(url) + ": " +
                     (sink->outcome()->status == 0 && !reason.empty() ? reason : "its answer has no Date"));
}

}  // namespace

std::optional<int64_t> TimeInNtpAnswer(std::string_view answer, uint64_t question) {
  if (answer.size() < kNtpSize) return std::nullopt;
  const uint64_t head = Number(answer.substr(0, 2));
  const uint64_t leap = head >> 14, mode = head >> 8 & 7, stratum = head & 0xff;
  const bool knows_the_time = leap != 3 && stratum >= 1 && stratum <= 15;
  if (mode != 4 || !knows_the_time || Number(answer.substr(24, 8)) != question) return std::nullopt;
  const uint64_t seconds = Number(answer.substr(40, 4));
  if (seconds == 0) return std::nullopt;
  // The numbers wrap around in 2036 (RFC 4330, 3).
  const uint64_t era = seconds < uint64_t{1} << 31 ? uint64_t{1} << 32 : 0;
  return static_cast<int64_t>(era + seconds) - kFrom1900To1970;
}

Result<int64_t> TimeFrom(const std::string& source, milliseconds patience) {
  if (source.starts_with(kNtp) && source.size() > kNtp.size()) return TimeFromNtp(source.substr(kNtp.size()), patience);
  if (source.starts_with("http://") || source.starts_with("https://")) return TimeFromHttp(source, patience);
  return Invalid(WithoutSecrets(source) + ": neither ntp:HOST nor an http(s) address");
}

}  // namespace rootstream

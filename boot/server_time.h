// Asks a server for the time, for a machine whose clock may be wrong, before dates are checked. The answer is not
// authenticated, so the caller limits it by what it knows otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

// Seconds since 1970. `source`: ntp:HOST[:PORT] (SNTP, RFC 4330), or an http(s) address, whose answer has a Date (RFC
// 9110, 6.6.1); a certificate is not checked, since that needs the time. kUnavailable: no answer within `patience`, or
// none that tells a time. kInvalid: no such source.
Result<int64_t> TimeFrom(const std::string& source, std::chrono::milliseconds patience = std::chrono::seconds(5));

// The time in an NTP answer, seconds since 1970. nullopt: it is none to the question whose transmit timestamp was
// `question`, or the server does not know the time.
std::optional<int64_t> TimeInNtpAnswer(std::string_view answer, uint64_t question);

}  // namespace rootstream

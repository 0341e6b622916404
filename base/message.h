// Text of messages to people: on standard error and in logs.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// `text` made safe to print: on one line, without control characters, and without the secrets in its URLs. Messages
// contain names of files and answers of servers, so every message passes through here just before it is printed.
std::string ShownMessage(std::string_view text);

// `text` with WithoutSecrets() applied to every URL in it. A URL ends at the next URL, at a character of `ends`, or at
// the end of the text.
inline constexpr std::string_view kWordEnds = " \t\n'\"()<>";
std::string WithoutSecretsIn(std::string_view text, std::string_view ends = kWordEnds);

}  // namespace rootstream

// What is told to people: by commands on standard error, by the daemon in a log.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// `text` as it may stand there: on one line, without control characters, and without what its URLs hold of secrets.
// Names of files and answers of servers get into messages, so every message goes through here, at the place where it
// is put out.
std::string ShownMessage(std::string_view text);

// `text` with every URL in it as WithoutSecrets shows it. A URL ends where the next one begins, at the text's end, or
// at one of `ends`.
inline constexpr std::string_view kWordEnds = " \t\n'\"()<>";
std::string WithoutSecretsIn(std::string_view text, std::string_view ends = kWordEnds);

}  // namespace rootstream

// Makes text from outside, such as names of files and answers of servers, safe to print on one line.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// True if `text` has no control character: C0, DEL, or C1 in UTF-8.
bool IsPlainText(std::string_view text);

// `text` without control sequences, on one line. Control characters, invalid UTF-8 and marks that change the direction
// of text are shown as bytes, "\x1b". A backslash in `text` is not escaped, so this is for people and not for parsers.
std::string Printable(std::string_view text);

}  // namespace rootstream

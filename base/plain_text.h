// Text that may be put on one line before a person or a shell script, whoever chose it: names of files,
// words of servers.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// False when a control character is in it: C0, DEL, or C1 as UTF-8 writes it.
bool IsPlainText(std::string_view text);

// The same text on one line that no terminal obeys. What is neither UTF-8 nor plain, and what turns the
// direction of writing, is shown by its bytes: "\x1b". For people: a backslash in `text` stays one.
std::string Printable(std::string_view text);

}  // namespace rootstream

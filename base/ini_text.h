// Sections of an INI file as the AWS tools write it: "[default]", "key = value", nested lines indented below a key
// without a value, '#' and ';' begin a comment.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace rootstream {

// The values of one section; a nested key is named "outer.inner".
std::map<std::string, std::string> ParseIniSection(std::string_view text, std::string_view section);

}  // namespace rootstream

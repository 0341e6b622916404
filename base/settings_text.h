// Text of settings that people write: lines "KEY = VALUE", below "[SECTION]" lines; '#' begins a comment line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

struct Setting {
  std::string section;  // empty: before the first
  std::string key, value;
  size_t line = 0;  // the first is 1
};

// In the order of the text. Values are as they stand, without the white space around them. kInvalid: a line is none of
// these; the error names it.
Result<std::vector<Setting>> ParseSettings(std::string_view text);

// kInvalid: `setting` has a key that its file does not know.
Error UnknownSetting(const Setting& setting, const std::vector<std::string>& known);
// "line 3: …", of an error in a value.
Error OfLine(const Setting& setting, const Error& error);

}  // namespace rootstream

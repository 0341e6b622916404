// Text that may be put on one line before a person or a shell script.
#pragma once

#include <string_view>

namespace rootstream {

// False when a control character is in it: C0, DEL, or C1 as UTF-8 writes it.
inline bool IsPlainText(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return false;
    const bool is_c1 = byte == 0xc2 && i + 1 < text.size() &&
                       static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                       static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) return false;
  }
  return true;
}

}  // namespace rootstream

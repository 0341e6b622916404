// Adapts kernel command lines of an image's own system to another root.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// The words of `text` (/etc/kernel/cmdline, or the options of a boot loader entry), separated by single spaces. Words
// that name the original disk (root=, resume=, ro, rw and so on), variables of boot loaders ("$tuned_params") and
// comment lines are removed. Double quotes protect spaces.
std::string PortableCmdline(std::string_view text);

}  // namespace rootstream

// Kernel command lines of an image's own system, as another root can use them.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// The words of `text` (/etc/kernel/cmdline, or options of a boot loader's entry), one space between
// them, without those that name the disk which the image was made on (root=, resume=, ro, rw and
// the like), without a boot loader's variables ("$tuned_params") and without lines of comment.
// Double quotes keep spaces together.
std::string PortableCmdline(std::string_view text);

}  // namespace rootstream

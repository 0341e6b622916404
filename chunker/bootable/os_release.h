// os-release(5): what a system calls itself.
#pragma once

#include <string>
#include <string_view>

namespace rootstream {

// PRETTY_NAME, without its quotes; empty: there is none.
std::string PrettyNameOf(std::string_view os_release);

}  // namespace rootstream

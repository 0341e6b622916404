// Splits paths into names.
#pragma once

#include <algorithm>
#include <string_view>

namespace rootstream {

constexpr int kMaxSymlinks = 40;  // symlinks that are followed in one path, as in Linux (path_resolution(7))

// Removes the first name from a path and returns it; empty at the end.
inline std::string_view TakeName(std::string_view& path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const std::string_view name = path.substr(0, path.find('/'));
  path.remove_prefix(name.size());
  return name;
}

}  // namespace rootstream

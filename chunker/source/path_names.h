// The names of a path, one after another, and how many symlinks it may lead over.
#pragma once

#include <algorithm>
#include <string_view>

namespace rootstream {

constexpr int kMaxSymlinks = 40;  // in one path, as the kernel has it (path_resolution(7))

// The first name of a path, which is taken off it; empty at its end.
inline std::string_view TakeName(std::string_view& path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const std::string_view name = path.substr(0, path.find('/'));
  path.remove_prefix(name.size());
  return name;
}

}  // namespace rootstream

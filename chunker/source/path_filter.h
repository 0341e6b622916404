// PathFilter: patterns of paths that are excluded from a source. Immutable once made, and so thread-safe.
//
// A pattern with a leading slash is compared with the whole path from the root of the source, any other with the end of
// the path: "/proc",
// "/var/cache/*", "*.pyc", "apt/archives". `*`, `?` and `[...]` match within one name (fnmatch(3)). Everything in an
// excluded folder is excluded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rootstream {

class PathFilter {
 public:
  Status Add(std::string_view pattern);  // kInvalid: it can match nothing, or nothing but the root

  bool empty() const { return patterns_.empty(); }
  // True if an entry, such as "/usr/bin/env", is excluded. Its folders must be checked first.
  bool Excludes(const std::string& path) const;
  // True if the entry or any folder above it is excluded.
  bool ExcludesWithin(const std::string& path) const;

 private:
  struct Pattern {
    std::string text;
    size_t names = 0;  // number of names that are compared; 0: the whole path
  };
  std::vector<Pattern> patterns_;
};

}  // namespace rootstream

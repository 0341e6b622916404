// PathFilter: what of a source is left out, by patterns of its paths. Immutable once made, so any thread may use it.
//
// A pattern that begins with a slash is held against whole paths from the source's root, any other against
// the ends of paths: "/proc", "/var/cache/*", "*.pyc", "apt/archives". `*`, `?` and `[…]` match within one name
// (fnmatch(3)). Below a folder that is left out everything is.
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
  // Of one entry, "/usr/bin/env"; its folders are asked for before it.
  bool Excludes(const std::string& path) const;
  // The same, and of every folder above it.
  bool ExcludesWithin(const std::string& path) const;

 private:
  struct Pattern {
    std::string text;
    size_t names = 0;  // of the path's end; 0: the whole path
  };
  std::vector<Pattern> patterns_;
};

}  // namespace rootstream

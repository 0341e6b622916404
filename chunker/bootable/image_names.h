// ImageNames: the names of an image that is being published. Finds a file by its path, following symlinks as the
// image's own system would. Needs about 50 bytes a name. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chunker/source/path_table.h"

namespace rootstream {

class ImageNames {
 public:
  struct Found {
    std::string path;   // absolute, without symlinks
    uint32_t mode = 0;  // not of a symlink
  };

  // `path` from the root, with or without slashes around it; `target` of a symlink.
  void Add(std::string_view path, uint32_t mode, std::string_view target);
  std::optional<Found> Find(std::string_view path) const;
  std::optional<std::string> FindFile(std::string_view path) const;  // the path of a regular file
  // The names in a folder, sorted. `folder` must not contain symlinks.
  std::vector<std::string> NamesIn(std::string_view folder) const;

 private:
  PathTable names_;
  std::vector<uint32_t> modes_;  // by node; 0: no entry of its own
  std::unordered_map<uint32_t, std::string> targets_;
};

}  // namespace rootstream

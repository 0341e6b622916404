// ImageNames: names of an image while it is published, to find a file by its path as the image's own system would,
// symlinks on the way included. Some 50 bytes a name. Not thread-safe.
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
    uint32_t mode = 0;  // never a symlink's
  };

  // `path` from the root, with or without slashes around it; `target` of a symlink.
  void Add(std::string_view path, uint32_t mode, std::string_view target);
  std::optional<Found> Find(std::string_view path) const;
  std::optional<std::string> FindFile(std::string_view path) const;  // the path of a regular file
  // Names of a folder that is named without symlinks, in order.
  std::vector<std::string> NamesIn(std::string_view folder) const;

 private:
  PathTable names_;
  std::vector<uint32_t> modes_;  // by node; 0: known only as the folder of something
  std::unordered_map<uint32_t, std::string> targets_;
};

}  // namespace rootstream

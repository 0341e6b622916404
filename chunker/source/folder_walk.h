// FolderWalk: the entries of a directory tree of the publisher's machine, in canonical order, with opened files. Not
// thread-safe.
#pragma once

#include <sys/stat.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file_io.h"
#include "chunker/source/source.h"

namespace rootstream {

// Errors contain the path below the source.
class FolderWalk {
 public:
  struct Found {
    SourceEntry entry;
    // For a regular file, the arguments of ReadFileContent():
    UniqueFd file;
    struct stat stat = {};
    std::string shown;
  };

  FolderWalk(std::string top, UniqueFd fd, SourceOptions options);

  Result<std::optional<Found>> Next();  // nullopt: the end

 private:
  struct Folder {
    UniqueFd fd;
    dev_t device = 0;
    std::string path;  // with a trailing slash, below the source
    std::vector<std::string> names;
    size_t next = 0;
  };

  std::string PathOf(const std::string& name) const;
  // Reads the names of a folder, without excluded ones. Fails if it cannot be part of a root filesystem.
  Result<std::vector<std::string>> NamesToPublish(int fd, const struct stat& st, const std::string& path,
                                                  const std::string& shown) const;
  Result<std::optional<Found>> Describe(int folder, const std::string& name);
  // Enters a directory: its entry is returned now, its names are next.
  Result<std::optional<Found>> Enter(UniqueFd fd, const std::string& name, const std::string& path);
  Result<std::string> ReadTarget(int folder, const std::string& name) const;

  const std::string top_;
  UniqueFd top_fd_;
  const SourceOptions options_;
  std::optional<std::pair<dev_t, ino_t>> store_;  // identity of options_.store, if it exists
  bool started_ = false;
  std::vector<Folder> open_;  // the folders from the top to the current one
  std::map<std::pair<dev_t, ino_t>, uint64_t> groups_;
};

}  // namespace rootstream

// FolderWalk: the entries of a directory of the publisher's machine, in canonical order, files opened. Not thread-safe.
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

// Errors name files by their path below the source.
class FolderWalk {
 public:
  struct Found {
    SourceEntry entry;
    // Of a regular file, for ReadFileContent():
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
  // Of a folder, without those that are left out. Fails where it is no part of a root file system.
  Result<std::vector<std::string>> NamesToPublish(int fd, const struct stat& st, const std::string& path,
                                                  const std::string& shown) const;
  Result<std::optional<Found>> Describe(int folder, const std::string& name);
  // A directory: its own entry now, its names next.
  Result<std::optional<Found>> Enter(UniqueFd fd, const std::string& name, const std::string& path);
  Result<std::string> ReadTarget(int folder, const std::string& name) const;

  const std::string top_;
  UniqueFd top_fd_;
  const SourceOptions options_;
  std::optional<std::pair<dev_t, ino_t>> store_;  // of options_.store, if it is there
  bool started_ = false;
  std::vector<Folder> open_;  // from the top down to where Next() is
  std::map<std::pair<dev_t, ino_t>, uint64_t> groups_;
};

}  // namespace rootstream

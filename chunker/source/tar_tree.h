// TarTree: the names that extracting the entries of an archive one after another would create. Not thread-safe.
//
// An entry replaces an earlier one of the same name; other names of that inode keep it. Symlinks in the folders of a
// path are followed as on the image's own system: if lib is a symlink to usr/lib, "lib/x" becomes usr/lib/x. The last
// name of a path is never followed. Inode numbers are the caller's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "chunker/source/path_table.h"

namespace rootstream {

class TarTree {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // The node of an entry's path; creates missing folders. kInvalid, without the path in the message.
  Result<uint32_t> Place(std::string_view path);
  // As above for an existing name. kMissing if it is absent.
  Result<uint32_t> Find(std::string_view path);

  // `target`: of a symlink; else empty.
  void Put(uint32_t node, uint32_t inode, const std::string& target);
  // kNone: a folder of other paths, without an entry of its own.
  uint32_t InodeOf(uint32_t node) const { return node < inodes_.size() ? inodes_[node] : kNone; }
  // How many names each inode has, by its number.
  std::vector<uint32_t> CountNames(size_t inodes) const;

  const PathTable& paths() const { return paths_; }

 private:
  enum class Absent { kMake, kRefuse };
  Result<uint32_t> Walk(std::string_view path, Absent absent);
  const std::string* TargetOf(uint32_t node) const;

  PathTable paths_;
  std::vector<uint32_t> inodes_;                       // by node
  std::unordered_map<uint32_t, std::string> targets_;  // of symlinks, by inode
};

}  // namespace rootstream

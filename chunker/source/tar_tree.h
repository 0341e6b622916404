// TarTree: the names of an archive, as extracting its entries one after another would leave them. Not thread-safe.
//
// An entry of a name that is there takes its place, and what other names lead to stays as it is. On the
// way to a name symlinks are followed, as the image's own system would: "lib/x" lands in usr/lib where
// lib is a symlink to it. The last name of a path is never followed. Inodes are the caller's numbers.
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

  // The node of an entry's path; folders on the way are made. kInvalid, without the path.
  Result<uint32_t> Place(std::string_view path);
  // The same of a name that is there. kMissing if it is not.
  Result<uint32_t> Find(std::string_view path);

  // `target`: of a symlink; else empty.
  void Put(uint32_t node, uint32_t inode, const std::string& target);
  // kNone: it is a folder on the way to others, without an entry of its own.
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

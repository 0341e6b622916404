#include "chunker/source/tar_tree.h"

#include "chunker/source/path_names.h"
#include "format/limits.h"

namespace rootstream {
namespace {

bool HasNames(std::string_view path) {
  for (auto name = TakeName(path); !name.empty(); name = TakeName(path))
    if (name != ".") return true;
  return false;
}

Status CheckNames(std::string_view path) {
  for (auto name = TakeName(path); !name.empty(); name = TakeName(path))
    if (name == "..") return Invalid("it leaves the tree");
  return Ok();
}

}  // namespace

const std::string* TarTree::TargetOf(uint32_t node) const {
  const auto found = targets_.find(InodeOf(node));
  return found == targets_.end() ? nullptr : &found->second;
}

Result<uint32_t> TarTree::Walk(std::string_view path, Absent absent) {
  RS_CHECK(CheckNames(path));
  uint32_t node = PathTable::kTop;
  std::string followed;          // a symlink's target, and what was left behind it
  std::string_view left = path;  // names that are left
  int symlinks = 0;
  while (true) {
    const std::string_view name = TakeName(left);
    if (name.empty()) return node;
    if (name.size() > kMaxName) return Invalid("a name on its path has more than 255 bytes");
    if (name == "..") {
      node = node == PathTable::kTop ? node : paths_.ParentOf(node);
    } else if (name != ".") {
      const uint32_t next = absent == Absent::kMake ? paths_.Add(node, name) : paths_.Find(node, name);
      if (next == PathTable::kNone) return Missing("it is not there");
      const std::string* target = HasNames(left) ? TargetOf(next) : nullptr;
      if (target != nullptr) {
        if (++symlinks > kMaxSymlinks) return Invalid("the symlinks on its path lead nowhere");
        if (target->starts_with('/')) node = PathTable::kTop;
        followed = *target + std::string(left);
        left = followed;
      } else {
        node = next;
      }
    }
  }
}

Result<uint32_t> TarTree::Place(std::string_view path) { return Walk(path, Absent::kMake); }

Result<uint32_t> TarTree::Find(std::string_view path) { return Walk(path, Absent::kRefuse); }

void TarTree::Put(uint32_t node, uint32_t inode, const std::string& target) {
  if (inodes_.size() < paths_.size()) inodes_.resize(paths_.size(), kNone);
  inodes_[node] = inode;
  if (!target.empty()) targets_[inode] = target;
}

std::vector<uint32_t> TarTree::CountNames(size_t inodes) const {
  std::vector<uint32_t> names(inodes);
  for (const uint32_t inode : inodes_)
    if (inode != kNone) ++names[inode];
  return names;
}

}  // namespace rootstream

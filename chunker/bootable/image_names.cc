#include "chunker/bootable/image_names.h"

#include <sys/stat.h>

#include "chunker/source/path_names.h"

namespace rootstream {

void ImageNames::Add(std::string_view path, uint32_t mode, std::string_view target) {
  uint32_t node = PathTable::kTop;
  for (auto name = TakeName(path); !name.empty(); name = TakeName(path)) node = names_.Add(node, name);
  modes_.resize(names_.size());
  modes_[node] = mode;
  if (S_ISLNK(mode)) targets_[node] = target;
}

std::optional<ImageNames::Found> ImageNames::Find(std::string_view path) const {
  uint32_t node = PathTable::kTop;
  std::string rest(path);  // names that are left
  int symlinks = 0;
  while (true) {
    std::string_view left = rest;
    const std::string_view name = TakeName(left);
    if (name.empty()) break;
    if (name == "..") node = node == PathTable::kTop ? node : names_.ParentOf(node);
    if (name != "." && name != "..") {
      const uint32_t next = names_.Find(node, name);
      if (next == PathTable::kNone) return std::nullopt;
      if (const auto link = targets_.find(next); link != targets_.end()) {
        if (++symlinks > kMaxSymlinks) return std::nullopt;
        if (link->second.starts_with('/')) node = PathTable::kTop;
        rest = link->second + std::string(left);
        continue;
      }
      node = next;
    }
    rest = std::string(left);
  }
  const uint32_t mode = node < modes_.size() && modes_[node] != 0 ? modes_[node] : S_IFDIR;
  return Found{"/" + names_.PathOf(node), mode};
}

std::optional<std::string> ImageNames::FindFile(std::string_view path) const {
  std::optional<Found> found = Find(path);
  if (!found || !S_ISREG(found->mode)) return std::nullopt;
  return std::move(found->path);
}

std::vector<std::string> ImageNames::NamesIn(std::string_view folder) const {
  uint32_t node = PathTable::kTop;
  for (auto name = TakeName(folder); !name.empty(); name = TakeName(folder)) {
    node = names_.Find(node, name);
    if (node == PathTable::kNone) return {};
  }
  std::vector<std::string> names;
  for (const uint32_t child : names_.SortedChildren(node)) names.emplace_back(names_.NameOf(child));
  return names;
}

}  // namespace rootstream

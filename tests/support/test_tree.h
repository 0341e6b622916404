// Trees for tests.
#pragma once

#include <sys/stat.h>

#include <utility>

#include "format/tree.h"

namespace rootstream {

// `tree` as an image's root: its top is the entry with the empty name, which names the directory of row `row`.
inline Tree AsRoot(Tree tree, uint32_t row) {
  tree.top = {.begin = static_cast<uint32_t>(tree.entries.size()), .count = 1};
  tree.entries.push_back({.name = "", .row = row});
  return tree;
}

// The same, with an empty directory as the root.
inline Tree AsRoot(Tree tree) {
  tree.inodes.push_back({.mode = S_IFDIR | 0755, .nlink = 2});
  const auto row = static_cast<uint32_t>(tree.inodes.size() - 1);
  return AsRoot(std::move(tree), row);
}

}  // namespace rootstream

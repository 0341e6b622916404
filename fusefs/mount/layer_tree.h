// LayerTree: the inodes of a mount, as the kernel numbers them.
//
// The tree of one image is the tree of the mount. Several images are the directories "1", "2", … of the mount's root,
// the lowest first, for overlayfs to lay over one another. Immutable, and so thread-safe.
//
//   inode of several images: bits 52 to 55: the layer's number, from 1 on; below: the inode in its image
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fusefs/image/layers.h"

namespace rootstream {

class LayerTree {
 public:
  struct Layer {
    Image& image;
    FileReader& reader;
    uint64_t bits;

    uint64_t Outer(uint64_t inode) const { return bits | inode; }
    uint64_t Inner(uint64_t inode) const { return inode & ~bits; }
  };

  // `layers` must outlive the tree.
  explicit LayerTree(const Layers& layers);

  // nullptr: the inode is the directory of the layers, or of no layer.
  const Layer* Find(uint64_t inode) const;
  bool IsLayerDirectory(uint64_t inode) const { return layers_.size() > 1 && inode == kRootInode; }
  const Layer* Named(std::string_view name) const;  // "1"; nullptr: there is none
  const std::vector<Layer>& layers() const { return layers_; }

  uint64_t features() const { return features_; }  // of the manifests, together
  const ImageTotals& totals() const { return totals_; }

 private:
  std::vector<Layer> layers_;
  uint64_t features_ = 0;
  ImageTotals totals_ = {};
};

}  // namespace rootstream

#include "fusefs/mount/layer_tree.h"

namespace rootstream {
namespace {

constexpr int kLayerShift = 52;
static_assert(kLayerShift >= 32 + kRowBits, "an image's inode has a shard's number and a row");
static_assert(kMaxLayers < 16, "a layer's number has four bits");

}  // namespace

LayerTree::LayerTree(const Layers& layers) {
  const bool is_single = layers.clients().size() == 1;
  for (const auto& client : layers.clients()) {
    const uint64_t number = is_single ? 0 : layers_.size() + 1;
    layers_.push_back({client->image(), client->reader(), number << kLayerShift});
    const Manifest& manifest = client->ref().manifest;
    features_ |= manifest.features;
    totals_.inodes += manifest.totals.inodes;
    totals_.data_bytes += manifest.totals.data_bytes;
  }
}

const LayerTree::Layer* LayerTree::Find(uint64_t inode) const {
  if (IsLayerDirectory(inode)) return nullptr;
  for (const Layer& layer : layers_)
    if (inode >> kLayerShift == layer.bits >> kLayerShift) return &layer;
  return nullptr;
}

const LayerTree::Layer* LayerTree::Named(std::string_view name) const {
  if (name.size() != 1 || name[0] < '1' || name[0] >= '1' + static_cast<int>(layers_.size())) return nullptr;
  return &layers_[name[0] - '1'];
}

}  // namespace rootstream

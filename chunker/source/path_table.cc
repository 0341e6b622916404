#include "chunker/source/path_table.h"

#include <algorithm>
#include <functional>

namespace rootstream {

PathTable::PathTable() : nodes_(1), slots_(1024, kNone) {}

std::string_view PathTable::NameOf(uint32_t node) const {
  return std::string_view(names_).substr(nodes_[node].name, nodes_[node].length);
}

// Where the name is, or would be put.
size_t PathTable::SlotOf(uint32_t parent, std::string_view name) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = (std::hash<std::string_view>{}(name) + parent * 0x9e3779b97f4a7c15) & mask;
  while (slots_[slot] != kNone && !(nodes_[slots_[slot]].parent == parent && NameOf(slots_[slot]) == name))
    slot = (slot + 1) & mask;
  return slot;
}

void PathTable::Grow() {
  slots_.assign(slots_.size() * 2, kNone);
  for (uint32_t node = 1; node < nodes_.size(); ++node) slots_[SlotOf(nodes_[node].parent, NameOf(node))] = node;
}

uint32_t PathTable::Find(uint32_t parent, std::string_view name) const { return slots_[SlotOf(parent, name)]; }

uint32_t PathTable::Add(uint32_t parent, std::string_view name) {
  if (nodes_.size() * 4 > slots_.size() * 3) Grow();
  const size_t slot = SlotOf(parent, name);
  if (slots_[slot] != kNone) return slots_[slot];
  const auto node = static_cast<uint32_t>(nodes_.size());
  slots_[slot] = node;
  nodes_.push_back({.parent = parent,
                    .next_sibling = nodes_[parent].first_child,
                    .name = static_cast<uint32_t>(names_.size()),
                    .length = static_cast<uint16_t>(name.size())});
  nodes_[parent].first_child = node;
  names_ += name;
  return node;
}

std::string PathTable::PathOf(uint32_t node) const {
  std::string path;
  for (; node != kTop; node = nodes_[node].parent) path = std::string(NameOf(node)) + (path.empty() ? "" : "/") + path;
  return path;
}

std::vector<uint32_t> PathTable::SortedChildren(uint32_t node) const {
  std::vector<uint32_t> children;
  for (uint32_t child = nodes_[node].first_child; child != kNone; child = nodes_[child].next_sibling)
    children.push_back(child);
  std::sort(children.begin(), children.end(), [&](uint32_t a, uint32_t b) { return NameOf(a) < NameOf(b); });
  return children;
}

}  // namespace rootstream

// PathTable: the names of an archive as a tree. Needs about 50 bytes a name, so that millions fit into memory. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rootstream {

class PathTable {
 public:
  static constexpr uint32_t kTop = 0;
  static constexpr uint32_t kNone = UINT32_MAX;

  PathTable();

  uint32_t Add(uint32_t parent, std::string_view name);         // returns the node, which may be known already
  uint32_t Find(uint32_t parent, std::string_view name) const;  // kNone: not found
  std::string_view NameOf(uint32_t node) const;
  uint32_t ParentOf(uint32_t node) const { return nodes_[node].parent; }
  std::string PathOf(uint32_t node) const;  // from the root, without a leading slash
  std::vector<uint32_t> SortedChildren(uint32_t node) const;
  size_t size() const { return nodes_.size(); }

 private:
  struct Node {
    uint32_t parent = kNone;
    uint32_t first_child = kNone;
    uint32_t next_sibling = kNone;
    uint32_t name = 0;  // in names_
    uint16_t length = 0;
  };
  size_t SlotOf(uint32_t parent, std::string_view name) const;
  void Grow();

  std::vector<Node> nodes_;
  std::string names_;
  std::vector<uint32_t> slots_;  // open addressing; a power of two
};

}  // namespace rootstream

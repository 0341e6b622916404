#include "chunker/tree_builder.h"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace rootstream {
namespace {

constexpr size_t kRangeWeight = 2;    // a reference of 32 bytes that do not compress, and a name
constexpr size_t kMaxOpenRanges = 4;  // in the parent's shard; more get a shard above them
constexpr size_t kBoundaryOdds = TreeBuilder::kMaxWeight / 4;
constexpr size_t kMaxHeld = 8 * TreeBuilder::kMaxWeight;

// Whether a range may begin at this name, which weighs so much: one in kBoundaryOdds of weight says so, or
// few heavy names would have no boundary among them. Weights are taken in powers of two, since a name
// that gains a little must not change its answer. Each level of ranges asks other bits of the hash, or
// every first name of one level would be a boundary of the next.
bool IsBoundary(const std::string& name, size_t weight, int level) {
  const Id hash = Sha256(name);
  Decoder bits(hash.view().substr(8 * (level % 4)));
  return bits.U64() % kBoundaryOdds < std::bit_floor(weight);
}

// Decides where the next item begins a new range.
class RangeCutter {
 public:
  explicit RangeCutter(int level) : level_(level) {}

  bool CutsBefore(const std::string& name, size_t weight) {
    const bool full = weight_ + weight > TreeBuilder::kMaxWeight;
    const bool wanted = weight_ >= TreeBuilder::kMinWeight && IsBoundary(name, weight, level_);
    const bool cuts = weight_ > 0 && (full || wanted);
    weight_ = cuts ? weight : weight_ + weight;
    return cuts;
  }

 private:
  const int level_;
  size_t weight_ = 0;
};

size_t RecordWeight(const InodeRecord& record) {
  size_t bytes = record.target.size() + 4 * record.extents.size();
  for (const Xattr& xattr : record.xattrs) bytes += xattr.name.size() + xattr.value.size();
  return 1 + bytes / 256;
}

}  // namespace

size_t TreeBuilder::Node::weight() const { return RecordWeight(record) + (contents != nullptr ? contents->weight : 0); }

// From nodes to a draft: rows in the order of a walk, each directory's entries together.
class TreeBuilder::Drafter {
 public:
  Listing AddContents(const Contents& contents) {
    return contents.ranges.empty() ? AddNodes(contents.nodes) : AddRanges(contents.ranges);
  }

  Listing AddNodes(const std::vector<Node>& nodes) {
    Tree& tree = draft_.tree;
    const Listing listing{false, static_cast<uint32_t>(tree.entries.size()), static_cast<uint32_t>(nodes.size())};
    for (const Node& node : nodes) {
      TreeEntry entry{.name = node.name};
      if (node.shared) {
        entry.child = ChildOf(node.shared->shard);
        entry.row = node.shared->row;
      } else {
        entry.row = AddInode(node.record);
      }
      tree.entries.push_back(std::move(entry));
      draft_.needed |= node.needed;
    }
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].contents == nullptr) continue;
      const Listing inside = AddContents(*nodes[i].contents);
      tree.inodes[tree.entries[listing.begin + i].row].listing = inside;
    }
    return listing;
  }

  uint32_t AddInode(const InodeRecord& record) {
    Tree& tree = draft_.tree;
    Inode inode = record.inode;
    if (S_ISLNK(inode.mode)) {
      inode.target = static_cast<uint32_t>(tree.targets.size());
      tree.targets.push_back(record.target);
    }
    inode.xattr_set = XattrSetOf(record.xattrs);
    tree.inodes.push_back(inode);
    draft_.extents.push_back(record.extents);
    return static_cast<uint32_t>(tree.inodes.size() - 1);
  }

  ShardDraft Finish(const Listing& top) {
    draft_.tree.top = top;
    return std::move(draft_);
  }

 private:
  Listing AddRanges(const std::vector<NodeRange>& ranges) {
    const Listing listing{true, static_cast<uint32_t>(draft_.tree.ranges.size()), static_cast<uint32_t>(ranges.size())};
    for (const NodeRange& range : ranges) draft_.tree.ranges.push_back({range.first_name, ChildOf(range.shard)});
    return listing;
  }

  uint32_t ChildOf(ShardHandle shard) {
    const auto [found, is_new] = children_.try_emplace(shard, static_cast<uint32_t>(draft_.children.size()));
    if (is_new) draft_.children.push_back(shard);
    return found->second;
  }

  uint32_t XattrSetOf(const XattrSet& xattrs) {
    if (xattrs.empty()) return 0;
    Encoder key;
    for (const Xattr& xattr : xattrs) {
      key.Bytes(xattr.name);
      key.Bytes(xattr.value);
    }
    auto& sets = draft_.tree.xattr_sets;
    const auto [found, is_new] = sets_.try_emplace(key.Take(), static_cast<uint32_t>(sets.size() + 1));
    if (is_new) sets.push_back(xattrs);
    return found->second;
  }

  ShardDraft draft_;
  std::map<ShardHandle, uint32_t> children_;
  std::map<std::string, uint32_t> sets_;
};

Result<TreeBuilder::Shared> TreeBuilder::AddShared(InodeRecord record, bool needed) {
  // The boundary hash excludes the position of the content, which every earlier change moves.
  Encoder identity;
  InodeRecord{record.inode, record.target, record.xattrs, {}}.EncodeTo(identity);
  if (shared_.size() >= kMaxWeight || (shared_.size() >= kMinWeight && IsBoundary(identity.bytes(), 1, 0)))
    RS_CHECK(FinishShared());
  ++inodes_;
  shared_needed_ |= needed;
  shared_.push_back(std::move(record));
  return Shared{next_shared_, static_cast<uint32_t>(shared_.size() - 1)};
}

Status TreeBuilder::FinishShared() {
  if (shared_.empty()) return Ok();
  Drafter drafter;
  for (const InodeRecord& record : shared_) drafter.AddInode(record);
  ShardDraft draft = drafter.Finish({});
  draft.needed = std::exchange(shared_needed_, false);
  RS_CHECK(writer_.Add(std::move(draft)));
  ++next_shared_;  // shared shards are the writer's first
  shared_.clear();
  return Ok();
}

Status TreeBuilder::Add(Entry entry) {
  RS_CHECK(CloseTo(entry.depth));
  Node node{std::move(entry.name), std::move(entry.record), entry.shared, entry.needed, nullptr};
  const bool is_folder = !node.shared && S_ISDIR(node.record.inode.mode);
  if (!node.shared) ++inodes_;
  if (!open_.empty()) {
    ++open_.back().entries;
    if (is_folder) ++open_.back().subdirectories;
  }
  if (is_folder) {
    node.contents = std::make_unique<Contents>();
    open_.push_back({.self = std::move(node)});
    return Ok();
  }
  node.record.inode.nlink = 1;
  OpenDirectory& folder = open_.back();
  folder.self.contents->weight += node.weight();
  folder.self.contents->nodes.push_back(std::move(node));
  // More names than a shard can hold: there will be ranges, and the complete ones can be written.
  if (folder.entries > kMaxWeight) return CutRanges(folder, false);
  return Ok();
}

// Completes directories until `depth` of them are open.
Status TreeBuilder::CloseTo(size_t depth) {
  while (open_.size() > depth) {
    OpenDirectory open = std::move(open_.back());
    open_.pop_back();
    RS_CHECK(Complete(open));
    if (open_.empty()) {
      root_ = std::move(open.self);
      return Ok();
    }
    OpenDirectory& parent = open_.back();
    Contents& contents = *parent.self.contents;
    contents.weight += open.self.weight();
    contents.nodes.push_back(std::move(open.self));
    if (parent.entries > kMaxWeight) {
      RS_CHECK(CutRanges(parent, false));
    } else if (contents.weight > kMaxHeld) {
      RS_CHECK(CutOffHeavy(contents, kMaxHeld / 2));
    }
  }
  return Ok();
}

Status TreeBuilder::Complete(OpenDirectory& open) {
  open.self.record.inode.nlink = static_cast<uint32_t>(2 + open.subdirectories);
  open.self.record.inode.size = open.entries;
  Contents& contents = *open.self.contents;
  if (!open.split) {
    if (contents.weight <= kMaxWeight) return Ok();
    if (open.entries <= kMaxWeight) RS_CHECK(CutOffHeavy(contents, kMaxWeight));
    if (contents.weight <= kMaxWeight) return Ok();
  }
  RS_CHECK(CutRanges(open, true));
  RS_CHECK(RaiseRanges(*open.split));
  contents.ranges = std::move(*open.split);
  contents.weight = contents.ranges.size() * kRangeWeight;
  return Ok();
}

// Gives the heaviest subdirectories shards of their own until the rest is within `limit`.
Status TreeBuilder::CutOffHeavy(Contents& contents, size_t limit) {
  std::vector<Node*> heavy;
  for (Node& node : contents.nodes)
    if (node.contents != nullptr && node.contents->weight >= kMinWeight) heavy.push_back(&node);
  std::stable_sort(heavy.begin(), heavy.end(),
                   [](const Node* a, const Node* b) { return a->contents->weight > b->contents->weight; });
  for (Node* node : heavy) {
    if (contents.weight <= limit) break;
    RS_TRY(const ShardHandle shard, Write(*node->contents));
    contents.weight -= node->contents->weight - kRangeWeight;
    *node->contents = {.ranges = {{"", shard}}, .weight = kRangeWeight};
  }
  return Ok();
}

// Cuts the names of one directory, which has too many for a shard, into ranges, and writes those that no further entry
// can change; with `all`, what is left too.
//
// Invariants. Entries come sorted, so contents.nodes is a sorted run whose names are all behind those of the ranges in
// open.split. RangeCutter decides by names and by weight since its last cut alone: so the same names are cut in the
// same places whether they came in one call or in many, and whatever directories lie beside. Without `all`, the last
// range stays in contents, since the next entry may belong to it; its nodes are looked at again by the next call, from
// its beginning, with a new cutter, which is in the same state as one that had just cut there.
//
// Why it is cheap. It does nothing until contents weighs two shards, and then at least one range is written: each node
// is looked at a bounded number of times, and no more than some shards' worth of them is in memory.
Status TreeBuilder::CutRanges(OpenDirectory& open, bool all) {
  if (!open.split) open.split.emplace();
  Contents& contents = *open.self.contents;
  if (!all && contents.weight <= 2 * kMaxWeight) return Ok();  // looked at now and then
  RangeCutter cutter(0);
  Contents range;
  const auto write = [&]() -> Status {
    const std::string first = open.split->empty() ? "" : range.nodes.front().name;
    RS_TRY(const ShardHandle shard, Write(range));
    open.split->push_back({first, shard});
    range = {};
    return Ok();
  };
  for (Node& node : contents.nodes) {
    if (cutter.CutsBefore(node.name, node.weight())) RS_CHECK(write());
    range.weight += node.weight();
    range.nodes.push_back(std::move(node));
  }
  contents = {};
  if (all) return range.nodes.empty() ? Ok() : write();
  contents = std::move(range);
  return Ok();
}

// As long as there are many ranges, puts runs of them into shards.
Status TreeBuilder::RaiseRanges(std::vector<NodeRange>& ranges) {
  for (int level = 1; ranges.size() > kMaxOpenRanges; ++level) {
    RangeCutter cutter(level);
    std::vector<NodeRange> above;
    Contents group;
    const auto write = [&]() -> Status {
      const std::string first = group.ranges.front().first_name;
      RS_TRY(const ShardHandle shard, Write(group));
      above.push_back({first, shard});
      group = {};
      return Ok();
    };
    for (NodeRange& range : ranges) {
      if (cutter.CutsBefore(range.first_name, 2 * kRangeWeight)) RS_CHECK(write());
      group.ranges.push_back(std::move(range));
    }
    RS_CHECK(write());
    ranges = std::move(above);
  }
  return Ok();
}

Result<ShardHandle> TreeBuilder::Write(const Contents& contents) {
  Drafter drafter;
  const Listing top = drafter.AddContents(contents);
  return writer_.Add(drafter.Finish(top));
}

Result<ShardHandle> TreeBuilder::Finish() {
  RS_CHECK(CloseTo(0));
  if (!root_) return Invalid("the source is empty");
  root_->name.clear();
  Contents top;
  top.nodes.push_back(std::move(*root_));
  return Write(top);
}

}  // namespace rootstream

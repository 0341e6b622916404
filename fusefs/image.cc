#include "fusefs/image.h"

#include <sys/stat.h>

namespace rootstream {
namespace {

uint64_t MakeInode(uint32_t number, uint32_t row) { return (uint64_t{number} << kRowBits) | row; }

uint32_t NumberOf(uint64_t inode) { return static_cast<uint32_t>(inode >> kRowBits); }
uint32_t RowOf(uint64_t inode) { return static_cast<uint32_t>(inode & ((1 << kRowBits) - 1)); }

uint32_t RootRow(const Tree& tree) { return tree.entries[tree.top.begin].row; }

Error NotHere() { return Invalid("the image names an inode that is not there"); }

}  // namespace

uint64_t Node::id() const {
  const bool is_root = number == ShardTable::kRoot && row == RootRow(shard->tree);
  return is_root ? kRootInode : MakeInode(number, row);
}

void Image::Find(uint64_t inode, NodeDone done) {
  const uint32_t number = inode == kRootInode ? ShardTable::kRoot : NumberOf(inode);
  shards_.Get(number, [=, done = std::move(done)](const Result<ShardPtr>& shard) {
    if (!shard.ok()) return done(shard.error());
    const Node node{*shard, number, inode == kRootInode ? RootRow((*shard)->tree) : RowOf(inode)};
    if (node.row >= (*shard)->tree.inodes.size()) return done(NotHere());
    done(node);
  });
}

void Image::Lookup(uint64_t directory, const std::string& name, LookupDone done) {
  Find(directory, [this, name, done = std::move(done)](const Result<Node>& node) {
    if (!node.ok()) return done(node.error());
    LookupIn(node->shard, node->number, node->inode().listing, name, done);
  });
}

void Image::LookupIn(ShardPtr shard, uint32_t number, Listing listing, std::string name,
                     LookupDone done) {
  const Tree& tree = shard->tree;
  if (!listing.split) {
    const TreeEntry* entry = tree.FindEntry(listing, name);
    if (entry == nullptr) return done(std::optional<Node>());
    return FollowEntry(shard, number, *entry, std::move(done));
  }
  const Range* range = tree.FindRange(listing, name);
  if (range == nullptr) return done(std::optional<Node>());
  const uint32_t child =
      shards_.RangeNumber(number, tree, static_cast<uint32_t>(range - tree.ranges.data()));
  shards_.Get(child, [this, child, name = std::move(name),
                      done = std::move(done)](const Result<ShardPtr>& next) {
    if (!next.ok()) return done(next.error());
    LookupIn(*next, child, (*next)->tree.top, name, done);
  });
}

void Image::FollowEntry(const ShardPtr& shard, uint32_t number, const TreeEntry& entry,
                        LookupDone done) {
  if (entry.child == kNoChild) return done(std::optional<Node>({shard, number, entry.row}));
  const uint32_t shared = shards_.SharedNumber(shard->tree.children[entry.child]);
  const uint32_t row = entry.row;
  shards_.Get(shared, [shared, row, done = std::move(done)](const Result<ShardPtr>& next) {
    if (!next.ok()) return done(next.error());
    const auto& inodes = (*next)->tree.inodes;
    if (row >= inodes.size() || S_ISDIR(inodes[row].mode)) return done(NotHere());
    done(std::optional<Node>({*next, shared, row}));
  });
}

uint64_t Image::InodeOf(const EntryRun& run, const TreeEntry& entry) {
  if (entry.child == kNoChild) return Node{run.shard, run.number, entry.row}.id();
  return MakeInode(shards_.SharedNumber(run.shard->tree.children[entry.child]), entry.row);
}

std::optional<Node> Image::LoadedNode(const EntryRun& run, const TreeEntry& entry) {
  if (entry.child == kNoChild) return Node{run.shard, run.number, entry.row};
  const uint32_t number = shards_.SharedNumber(run.shard->tree.children[entry.child]);
  const ShardPtr shard = shards_.Loaded(number);
  if (shard == nullptr || entry.row >= shard->tree.inodes.size()) return std::nullopt;
  if (S_ISDIR(shard->tree.inodes[entry.row].mode)) return std::nullopt;
  return Node{shard, number, entry.row};
}

void Image::ReadDirectory(uint64_t directory, uint64_t position, RunDone done) {
  Find(directory, [this, position, done = std::move(done)](const Result<Node>& node) {
    if (!node.ok()) return done(node.error());
    if (position == 0)
      return FirstRun(*node, node->shard, node->number, node->inode().listing, done);
    const uint32_t number = NumberOf(position);
    shards_.Get(number, [=, this, directory = *node](const Result<ShardPtr>& shard) {
      if (!shard.ok()) return done(shard.error());
      const bool own = number == directory.number;
      const Listing listing = own ? directory.inode().listing : (*shard)->tree.top;
      const uint32_t end = listing.begin + listing.count;
      const uint32_t begin = RowOf(position);
      if (listing.split || begin < listing.begin) return done(NotHere());
      if (begin < end) return done(std::optional<EntryRun>({*shard, number, begin, end}));
      NextRun(directory, number, done);
    });
  });
}

void Image::FirstRun(const Node& directory, ShardPtr shard, uint32_t number, Listing listing,
                     RunDone done) {
  if (!listing.split) {
    const uint32_t end = listing.begin + listing.count;
    if (listing.count > 0)
      return done(std::optional<EntryRun>({std::move(shard), number, listing.begin, end}));
    return NextRun(directory, number, std::move(done));
  }
  if (listing.count == 0) return NextRun(directory, number, std::move(done));
  const uint32_t child = shards_.RangeNumber(number, shard->tree, listing.begin);
  shards_.Get(child, [=, this, done = std::move(done)](const Result<ShardPtr>& next) {
    if (!next.ok()) return done(next.error());
    FirstRun(directory, *next, child, (*next)->tree.top, done);
  });
}

// After all of shard `number`'s part of the directory: the next range beside it, or above it.
void Image::NextRun(const Node& directory, uint32_t number, RunDone done) {
  if (number == directory.number) return done(std::optional<EntryRun>());
  const ShardTable::Parent parent = shards_.ParentOf(number);
  shards_.Get(parent.number, [=, this, done = std::move(done)](const Result<ShardPtr>& shard) {
    if (!shard.ok()) return done(shard.error());
    const bool own = parent.number == directory.number;
    const Tree& tree = (*shard)->tree;
    const Listing listing = own ? directory.inode().listing : tree.top;
    if (parent.range + 1 >= listing.begin + listing.count)
      return NextRun(directory, parent.number, done);
    const uint32_t child = shards_.RangeNumber(parent.number, tree, parent.range + 1);
    shards_.Get(child, [=, this](const Result<ShardPtr>& next) {
      if (!next.ok()) return done(next.error());
      FirstRun(directory, *next, child, (*next)->tree.top, done);
    });
  });
}

}  // namespace rootstream

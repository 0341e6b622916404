#include "fusefs/image.h"

#include <sys/stat.h>

#include <algorithm>

namespace rootstream {
namespace {

uint64_t MakeInode(uint32_t number, uint32_t row) { return (uint64_t{number} << kRowBits) | row; }

uint32_t NumberOf(uint64_t inode) { return static_cast<uint32_t>(inode >> kRowBits); }
uint32_t RowOf(uint64_t inode) { return static_cast<uint32_t>(inode & ((1 << kRowBits) - 1)); }

uint32_t RootRow(const Tree& tree) { return tree.entries[tree.top.begin].row; }

Error NotHere() { return Invalid("the image names an inode that is not there"); }

}  // namespace

Image::Image(ObjectCache& cache, const ObjectRef& root, size_t shard_memory, const Warmup& warmup,
             Recorder& recorder)
    : recorder_(recorder), shards_(cache, root, shard_memory, warmup, recorder) {}

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
  if (recorder_.on()) {
    done = [this, directory, name, asked = Recorder::Clock::now(),
            done = std::move(done)](const Result<std::optional<Node>>& found) {
      if (found.ok())
        recorder_.Looked(directory, name, found->has_value() ? (*found)->id() : 0, asked);
      done(found);
    };
  }
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
  const uint32_t shared = NumberOf(SharedInode(shard, number, entry));
  const uint32_t row = entry.row;
  shards_.Get(shared, [shared, row, done = std::move(done)](const Result<ShardPtr>& next) {
    if (!next.ok()) return done(next.error());
    const auto& inodes = (*next)->tree.inodes;
    if (row >= inodes.size() || S_ISDIR(inodes[row].mode)) return done(NotHere());
    done(std::optional<Node>({*next, shared, row}));
  });
}

uint64_t Image::SharedInode(const ShardPtr& shard, uint32_t number, const TreeEntry& entry) {
  const uint64_t inode =
      MakeInode(shards_.SharedNumber(shard->tree.children[entry.child]), entry.row);
  const auto index = static_cast<uint32_t>(&entry - shard->tree.entries.data());
  link_names_.With([&](auto& names) {
    if (names.size() < kMaxLinkNames) names.try_emplace(inode, NamedAt{number, index});
  });
  return inode;
}

uint64_t Image::InodeOf(const EntryRun& run, const TreeEntry& entry) {
  if (entry.child == kNoChild) return Node{run.shard, run.number, entry.row}.id();
  return SharedInode(run.shard, run.number, entry);
}

std::optional<Node> Image::LoadedNode(const EntryRun& run, const TreeEntry& entry) {
  if (entry.child == kNoChild) return Node{run.shard, run.number, entry.row};
  const uint32_t number = NumberOf(SharedInode(run.shard, run.number, entry));
  const ShardPtr shard = shards_.Loaded(number);
  if (shard == nullptr || entry.row >= shard->tree.inodes.size()) return std::nullopt;
  if (S_ISDIR(shard->tree.inodes[entry.row].mode)) return std::nullopt;
  return Node{shard, number, entry.row};
}

void Image::ReadDirectory(uint64_t directory, uint64_t position, RunDone done) {
  if (recorder_.on()) {
    done = [this, directory, asked = Recorder::Clock::now(),
            done = std::move(done)](const Result<std::optional<EntryRun>>& run) {
      if (run.ok()) recorder_.Listed(directory, asked);
      done(run);
    };
  }
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

// An inode's path is not written down anywhere: its tree says which entry names its row, and which
// directory of the tree has that entry; where the tree's top has it, the parent's tree says which
// directory has the range that leads here. So it goes up, a tree after another.
struct Image::Climb {
  std::string path;
  std::function<void(Result<std::string>)> done;

  void Prepend(const std::string& name) { path.insert(0, "/" + name); }
};

namespace {

// The row of the directory whose listing of this kind contains `index`; nullopt: the tree's top
// does.
std::optional<uint32_t> OwnerOf(const Tree& tree, bool split, uint32_t index) {
  for (uint32_t row = 0; row < tree.inodes.size(); ++row) {
    const Inode& inode = tree.inodes[row];
    if (S_ISDIR(inode.mode) && inode.listing.split == split && index >= inode.listing.begin &&
        index - inode.listing.begin < inode.listing.count)
      return row;
  }
  return std::nullopt;
}

}  // namespace

void Image::PathOf(uint64_t inode, std::function<void(Result<std::string>)> done) {
  const auto climb = std::make_shared<Climb>(Climb{"", std::move(done)});
  Find(inode, [this, climb](const Result<Node>& node) {
    if (!node.ok()) return climb->done(node.error());
    ClimbFromRow(climb, node->shard, node->number, node->row);
  });
}

void Image::ClimbFromRow(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number,
                         uint32_t row) {
  const Tree& tree = shard->tree;
  if (number == ShardTable::kRoot && row == RootRow(tree))
    return climb->done(climb->path.empty() ? "/" : climb->path);
  const auto entry = std::find_if(tree.entries.begin(), tree.entries.end(), [&](const auto& e) {
    return e.child == kNoChild && e.row == row;
  });
  if (entry != tree.entries.end())
    return ClimbFromEntry(climb, shard, number,
                          static_cast<uint32_t>(entry - tree.entries.begin()));
  const auto named = link_names_.With([&](auto& names) -> std::optional<NamedAt> {
    const auto found = names.find(MakeInode(number, row));
    return found == names.end() ? std::nullopt : std::optional(found->second);
  });
  if (!named) return climb->done(Invalid("no name of the inode is known"));
  shards_.Get(named->number, [this, climb, at = *named](const Result<ShardPtr>& namer) {
    if (!namer.ok()) return climb->done(namer.error());
    ClimbFromEntry(climb, *namer, at.number, at.entry);
  });
}

void Image::ClimbFromEntry(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number,
                           uint32_t entry) {
  climb->Prepend(shard->tree.entries[entry].name);
  const auto owner = OwnerOf(shard->tree, false, entry);
  if (owner) return ClimbFromRow(climb, shard, number, *owner);
  ClimbFromTop(climb, number);
}

void Image::ClimbFromTop(const ClimbPtr& climb, uint32_t number) {
  const ShardTable::Parent parent = shards_.ParentOf(number);
  if (parent.number == 0) return climb->done(NotHere());
  shards_.Get(parent.number, [this, climb, parent](const Result<ShardPtr>& shard) {
    if (!shard.ok()) return climb->done(shard.error());
    const auto owner = OwnerOf((*shard)->tree, true, parent.range);
    if (owner) return ClimbFromRow(climb, *shard, parent.number, *owner);
    ClimbFromTop(climb, parent.number);
  });
}

}  // namespace rootstream

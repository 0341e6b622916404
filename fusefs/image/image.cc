#include "fusefs/image/image.h"

#include <sys/stat.h>

#include <algorithm>

namespace rootstream {
namespace {

uint64_t MakeInode(uint32_t number, uint32_t row) { return (uint64_t{number} << kRowBits) | row; }

uint32_t NumberOf(uint64_t inode) { return static_cast<uint32_t>(inode >> kRowBits); }
uint32_t RowOf(uint64_t inode) { return static_cast<uint32_t>(inode & ((1 << kRowBits) - 1)); }

uint32_t RootRow(const Tree& tree) { return tree.entries[tree.top.begin].row; }

constexpr uint32_t kMostEmptyRanges = 1 << 17;  // that one request may skip
constexpr size_t kMostPath = 64 << 10;          // bytes, the limit of a profile

Error NotHere() { return Invalid("the image names an inode that is not there"); }

}  // namespace

Image::Image(ObjectCache& cache, const ObjectRef& root, size_t shard_memory, const Foresight& foresight,
             Recorder& recorder)
    : recorder_(recorder), shards_(cache, root, shard_memory, foresight, recorder) {}

uint64_t Node::id() const {
  const bool is_root = number == ShardTable::kRoot && row == RootRow(shard->tree);
  return is_root ? kRootInode : MakeInode(number, row);
}

void Image::Find(uint64_t inode, NodeDone done) {
  const uint32_t number = inode == kRootInode ? ShardTable::kRoot : NumberOf(inode);
  const Interest interest = done.interest();
  shards_.Get(number, {[=, done = std::move(done)](const Result<ShardPtr>& shard) {
                         if (!shard.ok()) return done(shard.error());
                         const uint32_t row = inode == kRootInode ? RootRow((*shard)->tree) : RowOf(inode);
                         if (row >= (*shard)->tree.inodes.size()) return done(NotHere());
                         done(Node{*shard, number, row});
                       },
                       interest});
}

// The state of a lookup that descends through the ranges of a directory.
struct Image::Search {
  uint64_t directory;
  std::string name;
  LookupDone done;
};

void Image::Lookup(uint64_t directory, const std::string& name, LookupDone done) {
  if (recorder_.on()) {
    const Interest interest = done.interest();
    const auto noted = [this, directory, name, asked = Recorder::Clock::now(),
                        done = std::move(done)](const Result<std::optional<Node>>& found) {
      if (found.ok()) recorder_.Looked(directory, name, found->has_value() ? (*found)->id() : 0, asked);
      done(found);
    };
    done = {noted, interest};
  }
  const Interest interest = done.interest();
  const auto search = std::make_shared<Search>(Search{0, name, std::move(done)});
  Find(directory, {[this, search](const Result<Node>& node) {
                     if (!node.ok()) return search->done(node.error());
                     search->directory = node->id();
                     LookupIn(search, node->shard, node->number, node->inode().listing);
                   },
                   interest});
}

void Image::LookupIn(const SearchPtr& search, const ShardPtr& shard, uint32_t number, Listing listing) {
  const Tree& tree = shard->tree;
  if (!listing.split) {
    const TreeEntry* entry = tree.FindEntry(listing, search->name);
    if (entry == nullptr) return search->done(std::optional<Node>());
    return FollowEntry(shard, number, *entry, search->done);
  }
  const Range* range = tree.FindRange(listing, search->name);
  if (range == nullptr) return search->done(std::optional<Node>());
  const auto child =
      shards_.RangeNumber(number, tree, static_cast<uint32_t>(range - tree.ranges.data()), search->directory);
  if (!child.ok()) return search->done(child.error());
  shards_.Get(*child, {[this, child = *child, search](const Result<ShardPtr>& next) {
                         if (!next.ok()) return search->done(next.error());
                         LookupIn(search, *next, child, (*next)->tree.top);
                       },
                       search->done.interest()});
}

void Image::FollowEntry(const ShardPtr& shard, uint32_t number, const TreeEntry& entry, LookupDone done) {
  if (entry.child == kNoChild) return done(std::optional<Node>({shard, number, entry.row}));
  const uint32_t shared = NumberOf(SharedInode(shard, number, entry));
  const uint32_t row = entry.row;
  const Interest interest = done.interest();
  shards_.Get(shared, {[shared, row, done = std::move(done)](const Result<ShardPtr>& next) {
                         if (!next.ok()) return done(next.error());
                         const auto& inodes = (*next)->tree.inodes;
                         if (row >= inodes.size() || S_ISDIR(inodes[row].mode)) return done(NotHere());
                         done(std::optional<Node>({*next, shared, row}));
                       },
                       interest});
}

uint64_t Image::SharedInode(const ShardPtr& shard, uint32_t number, const TreeEntry& entry) {
  const uint64_t inode = MakeInode(shards_.SharedNumber(shard->tree.children[entry.child]), entry.row);
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

// The state of a search for the next run of a directory's entries.
struct Image::Scan {
  Node directory;
  DirectoryNumbers numbers;
  PartDone done;
  uint32_t empty_ranges = 0;

  void Fail(const Error& error) const { done(error); }
  void End() const { done(DirectoryPart{numbers, std::nullopt}); }
  void Found(EntryRun run) const { done(DirectoryPart{numbers, std::move(run)}); }
};

void Image::ReadDirectory(uint64_t directory, uint64_t position, PartDone done) {
  const Interest interest = done.interest();
  const auto scan = std::make_shared<Scan>();
  if (recorder_.on()) {
    const auto noted = [this, directory, asked = Recorder::Clock::now(),
                        done = std::move(done)](const Result<DirectoryPart>& part) {
      if (part.ok()) recorder_.Listed(directory, asked);
      done(part);
    };
    scan->done = {noted, interest};
  } else {
    scan->done = std::move(done);
  }
  Find(directory, {[this, position, scan](const Result<Node>& node) {
                     if (!node.ok()) return scan->Fail(node.error());
                     scan->directory = *node;
                     scan->numbers = {node->id(), ParentInode(*node)};
                     if (position != 0) return RunAt(scan, position);
                     FirstRun(scan, node->shard, node->number, node->inode().listing);
                   },
                   interest});
}

uint64_t Image::ParentInode(const Node& directory) {
  const uint64_t own = directory.id();
  if (own == kRootInode) return kRootInode;
  const uint32_t entry = directory.shard->entries[directory.row];
  const uint32_t row = entry == kNoRow ? kNoRow : directory.shard->owners[entry];
  if (row != kNoRow) return Node{directory.shard, directory.number, row}.id();
  const uint64_t owner = shards_.OwnerOf(directory.number);
  return owner == 0 ? kRootInode : owner;
}

// Goes on with a directory where an earlier READDIR ended.
//
// A position is a shard's number in this mount and a row in it, just behind the entry that was read last: it says
// nothing of the kernel's buffers, and is valid as long as the mount is. The names of a directory are runs: of its own
// shard, or, if it was split, of its ranges' shards, in order. So the next entry is in the same run, or at the
// beginning of the next one.
//
// Invariants. Any program may seek to any position, so the number is looked up and never used: the shard has to be the
// directory's own, or one whose owner is this directory (OwnerOf), and the row must lie within the listing. Everything
// else is the directory's end. Why it ends: positions in a directory only grow, NextRun() goes to the range behind or
// to the shard above and never back, and ranges without names are passed over kMostEmptyRanges times at most.
void Image::RunAt(const ScanPtr& scan, uint64_t position) {
  const Node& directory = scan->directory;
  const uint32_t number = NumberOf(position);
  const bool own = number == directory.number;
  if (!own && shards_.OwnerOf(number) != scan->numbers.own) return scan->End();
  shards_.Get(number, {[=, this](const Result<ShardPtr>& shard) {
                         if (!shard.ok()) return scan->Fail(shard.error());
                         const Listing listing = own ? scan->directory.inode().listing : (*shard)->tree.top;
                         const uint32_t begin = RowOf(position);
                         const uint32_t end = listing.begin + listing.count;
                         if (listing.split || begin <= listing.begin || begin > end) return scan->End();
                         if (begin == end) return NextRun(scan, number);
                         scan->Found({*shard, number, begin, end});
                       },
                       scan->done.interest()});
}

void Image::FirstRun(const ScanPtr& scan, const ShardPtr& shard, uint32_t number, Listing listing) {
  if (listing.count > 0 && !listing.split)
    return scan->Found({shard, number, listing.begin, listing.begin + listing.count});
  if (listing.count > 0) return RunOfRange(scan, shard->tree, number, listing.begin);
  if (++scan->empty_ranges > kMostEmptyRanges)
    return scan->Fail(Invalid("a directory of the image has too many empty parts"));
  NextRun(scan, number);
}

void Image::RunOfRange(const ScanPtr& scan, const Tree& tree, uint32_t number, uint32_t range) {
  const auto child = shards_.RangeNumber(number, tree, range, scan->numbers.own);
  if (!child.ok()) return scan->Fail(child.error());
  shards_.Get(*child, {[=, this, child = *child](const Result<ShardPtr>& next) {
                         if (!next.ok()) return scan->Fail(next.error());
                         FirstRun(scan, *next, child, (*next)->tree.top);
                       },
                       scan->done.interest()});
}

// Continues after the part of the directory in shard `number`: with the next range of its parent, or of a shard above.
void Image::NextRun(const ScanPtr& scan, uint32_t number) {
  if (number == scan->directory.number) return scan->End();
  const ShardTable::Parent parent = shards_.ParentOf(number);
  shards_.Get(parent.number, {[=, this](const Result<ShardPtr>& shard) {
                                if (!shard.ok()) return scan->Fail(shard.error());
                                const bool own = parent.number == scan->directory.number;
                                const Tree& tree = (*shard)->tree;
                                const Listing listing = own ? scan->directory.inode().listing : tree.top;
                                if (parent.range + 1 >= listing.begin + listing.count)
                                  return NextRun(scan, parent.number);
                                RunOfRange(scan, tree, parent.number, parent.range + 1);
                              },
                              scan->done.interest()});
}

// The path of an inode is not stored. Its shard tells which entry names its row and which directory has that entry; for
// entries in the top of the shard, that is the shard's owner. So this walks up and collects one name after another.
struct Image::Climb {
  std::vector<std::string> names;  // in reverse order
  Callback<std::string> done;
  size_t size = 0;  // bytes

  void Add(const std::string& name) {
    names.push_back(name);
    size += name.size() + 1;
  }
  std::string Path() const {
    std::string path;
    for (auto name = names.rbegin(); name != names.rend(); ++name) path += "/" + *name;
    return path.empty() ? "/" : path;
  }
};

void Image::PathOf(uint64_t inode, Callback<std::string> done) {
  ClimbFrom(std::make_shared<Climb>(Climb{{}, std::move(done)}), inode);
}

void Image::ClimbFrom(const ClimbPtr& climb, uint64_t inode) {
  Find(inode, [this, climb](const Result<Node>& node) {
    if (!node.ok()) return climb->done(node.error());
    ClimbFromRow(climb, node->shard, node->number, node->row);
  });
}

void Image::ClimbFromRow(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number, uint32_t row) {
  while (number != ShardTable::kRoot || row != RootRow(shard->tree)) {
    if (climb->size > kMostPath) return climb->done(Invalid("the path of an inode is too long"));
    const uint32_t entry = shard->entries[row];
    if (entry == kNoRow) break;
    climb->Add(shard->tree.entries[entry].name);
    row = shard->owners[entry];
    if (row == kNoRow) return ClimbFrom(climb, shards_.OwnerOf(number));
  }
  if (number == ShardTable::kRoot && row == RootRow(shard->tree)) return climb->done(climb->Path());
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

void Image::ClimbFromEntry(const ClimbPtr& climb, const ShardPtr& shard, uint32_t number, uint32_t entry) {
  climb->Add(shard->tree.entries[entry].name);
  const uint32_t row = shard->owners[entry];
  if (row == kNoRow) return ClimbFrom(climb, shards_.OwnerOf(number));
  ClimbFromRow(climb, shard, number, row);
}

}  // namespace rootstream

#include "format/tree.h"

#include <sys/stat.h>

#include <algorithm>

#include "format/file_type.h"
#include "format/limits.h"
#include "format/tree_check.h"

namespace rootstream {
namespace {

constexpr std::string_view kTreeMagic = "RSTR";

// Columns: one field of every row, then the next field of every row. Like values meet, and zstd
// makes little of them.
template <typename Rows, typename Put>
void EncodeColumn(const Rows& rows, Put put) {
  for (const auto& row : rows) put(row);
}

template <typename Rows, typename Get>
void DecodeColumn(Rows& rows, const Decoder& in, Get get) {
  for (auto& row : rows) {
    if (!in.ok()) return;
    get(row);
  }
}

void EncodeListing(const Listing& listing, Encoder& out) {
  out.Varint(uint64_t{listing.count} << 1 | (listing.split ? 1 : 0));
  out.Varint(listing.begin);
}

Listing DecodeListing(Decoder& in) {
  const uint64_t word = in.Count(kMaxShardRows << 1 | 1);
  Listing listing{.split = (word & 1) != 0, .count = static_cast<uint32_t>(word >> 1)};
  listing.begin = static_cast<uint32_t>(in.Count(kMaxShardRows));
  return listing;
}

void EncodeInodes(const std::vector<Inode>& inodes, Encoder& out) {
  out.Varint(inodes.size());
  EncodeColumn(inodes, [&](const Inode& n) { out.Varint(n.mode); });
  EncodeColumn(inodes, [&](const Inode& n) { out.Varint(n.uid); });
  EncodeColumn(inodes, [&](const Inode& n) { out.Varint(n.gid); });
  EncodeColumn(inodes, [&](const Inode& n) { out.Varint(n.nlink); });
  int64_t before = 0;
  EncodeColumn(inodes, [&](const Inode& n) {
    out.Zigzag(static_cast<int64_t>(static_cast<uint64_t>(n.mtime_seconds) - static_cast<uint64_t>(before)));
    before = n.mtime_seconds;
  });
  EncodeColumn(inodes, [&](const Inode& n) { out.Varint(n.mtime_nanoseconds); });
  EncodeColumn(inodes, [&](const Inode& n) { out.Varint(n.xattr_set); });
  EncodeColumn(inodes, [&](const Inode& n) { out.Varint(n.size); });
  for (const Inode& n : inodes) {  // fields that only some types have
    if (S_ISREG(n.mode)) out.Varint(n.extent_count);
    if (S_ISLNK(n.mode)) out.Varint(n.target);
    if (S_ISDIR(n.mode)) EncodeListing(n.listing, out);
    if (S_ISCHR(n.mode) || S_ISBLK(n.mode)) {
      out.Varint(n.device_major);
      out.Varint(n.device_minor);
    }
  }
}

std::vector<Inode> DecodeInodes(Decoder& in) {
  std::vector<Inode> inodes(in.Count(std::min(kMaxShardRows, in.remaining())));
  const auto u32 = [&] { return static_cast<uint32_t>(in.Count(UINT32_MAX)); };
  DecodeColumn(inodes, in, [&](Inode& n) {
    n.mode = static_cast<uint32_t>(in.Count(0177777));
    if (!IsKnownType(n.mode)) in.Fail();
  });
  DecodeColumn(inodes, in, [&](Inode& n) { n.uid = u32(); });
  DecodeColumn(inodes, in, [&](Inode& n) { n.gid = u32(); });
  DecodeColumn(inodes, in, [&](Inode& n) { n.nlink = u32(); });
  uint64_t seconds = 0;
  DecodeColumn(inodes, in, [&](Inode& n) {
    seconds += static_cast<uint64_t>(in.Zigzag());
    n.mtime_seconds = static_cast<int64_t>(seconds);
  });
  DecodeColumn(inodes, in, [&](Inode& n) { n.mtime_nanoseconds = static_cast<uint32_t>(in.Count(999'999'999)); });
  DecodeColumn(inodes, in, [&](Inode& n) { n.xattr_set = u32(); });
  DecodeColumn(inodes, in, [&](Inode& n) { n.size = in.Count(kMaxFileSize); });
  uint32_t extents = 0;
  DecodeColumn(inodes, in, [&](Inode& n) {
    if (S_ISREG(n.mode)) {
      n.extent_begin = extents;
      n.extent_count = static_cast<uint32_t>(in.Count(kMaxShardExtents - extents));
      extents += n.extent_count;
    }
    if (S_ISLNK(n.mode)) n.target = u32();
    if (S_ISDIR(n.mode)) n.listing = DecodeListing(in);
    if (S_ISCHR(n.mode) || S_ISBLK(n.mode)) {
      n.device_major = u32();
      n.device_minor = u32();
    }
  });
  return inodes;
}

// Offsets are written as distances from where the extent before ended: mostly zero.
void EncodeExtents(const Tree& tree, Encoder& out) {
  int64_t stream = 0;
  for (const Inode& n : tree.inodes) {
    uint64_t file = 0;
    for (uint32_t i = 0; i < n.extent_count; ++i) {
      const Extent& e = tree.extents[n.extent_begin + i];
      out.Varint(e.file_offset - file);
      out.Varint(n.size - e.file_offset - e.length);  // usually zero for the last one
      out.Zigzag(static_cast<int64_t>(e.stream_offset) - stream);
      file = e.file_offset + e.length;
      stream = static_cast<int64_t>(e.stream_offset + e.length);
    }
  }
}

std::vector<Extent> DecodeExtents(const std::vector<Inode>& inodes, uint64_t stream_size, Decoder& in) {
  std::vector<Extent> extents;
  int64_t stream = 0;
  for (const Inode& n : inodes) {
    uint64_t file = 0;
    for (uint32_t i = 0; i < n.extent_count && in.ok(); ++i) {
      Extent e;
      e.file_offset = file + in.Count(n.size - file);
      const uint64_t after = in.Count(n.size - std::min(n.size, e.file_offset));
      e.length = n.size - e.file_offset - after;
      const uint64_t at = static_cast<uint64_t>(stream) + static_cast<uint64_t>(in.Zigzag());
      if (!in.ok() || e.length == 0 || at > stream_size || e.length > stream_size - at) {
        in.Fail();
        break;
      }
      e.stream_offset = at;
      file = e.file_offset + e.length;
      stream = static_cast<int64_t>(at + e.length);
      extents.push_back(e);
    }
  }
  return extents;
}

void EncodeEntries(const std::vector<TreeEntry>& entries, Encoder& out) {
  out.Varint(entries.size());
  EncodeColumn(entries, [&](const TreeEntry& e) { out.Varint(e.name.size()); });
  EncodeColumn(entries, [&](const TreeEntry& e) { out.Raw(e.name); });
  EncodeColumn(entries, [&](const TreeEntry& e) { out.Varint(e.child == kNoChild ? 0 : uint64_t{e.child} + 1); });
  int64_t before = -1;
  EncodeColumn(entries, [&](const TreeEntry& e) {
    out.Zigzag(static_cast<int64_t>(e.row) - before - 1);
    before = e.row;
  });
}

std::vector<TreeEntry> DecodeEntries(Decoder& in) {
  std::vector<TreeEntry> entries(in.Count(std::min(kMaxShardRows, in.remaining())));
  DecodeColumn(entries, in, [&](TreeEntry& e) { e.row = static_cast<uint32_t>(in.Count(kMaxName)); });
  DecodeColumn(entries, in, [&](TreeEntry& e) { e.name = in.Raw(e.row); });
  DecodeColumn(entries, in, [&](TreeEntry& e) {
    const uint64_t child = in.Count(kMaxShardRows);
    e.child = child == 0 ? kNoChild : static_cast<uint32_t>(child - 1);
  });
  uint64_t row = 0;
  DecodeColumn(entries, in, [&](TreeEntry& e) {
    row += static_cast<uint64_t>(in.Zigzag());
    if (row >= kMaxShardRows) in.Fail();
    e.row = static_cast<uint32_t>(row++);
  });
  return entries;
}

void EncodeStrings(const std::vector<std::string>& strings, Encoder& out) {
  out.Varint(strings.size());
  for (const std::string& s : strings) out.Bytes(s);
}

std::vector<std::string> DecodeStrings(Decoder& in, size_t max_count, size_t max_size) {
  const uint64_t count = in.Count(std::min(max_count, in.remaining()));
  std::vector<std::string> strings;
  for (uint64_t i = 0; i < count && in.ok(); ++i) strings.emplace_back(in.Bytes(max_size));
  return strings;
}

void EncodeXattrSets(const std::vector<XattrSet>& sets, Encoder& out) {
  out.Varint(sets.size());
  for (const XattrSet& set : sets) {
    out.Varint(set.size());
    for (const Xattr& xattr : set) {
      out.Bytes(xattr.name);
      out.Bytes(xattr.value);
    }
  }
}

XattrSet DecodeXattrSet(Decoder& in) {
  XattrSet set;
  const uint64_t count = in.Count(kMaxXattrsPerSet);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    Xattr xattr;
    xattr.name = in.Bytes(kMaxXattrName);
    xattr.value = in.Bytes(kMaxXattrValue);
    const bool plain = !xattr.name.empty() && xattr.name.find('\0') == std::string::npos;
    const bool ascends = set.empty() || set.back().name < xattr.name;
    if (!plain || !ascends) in.Fail();
    set.push_back(std::move(xattr));
  }
  if (set.empty()) in.Fail();
  return set;
}

std::vector<XattrSet> DecodeXattrSets(Decoder& in) {
  const uint64_t count = in.Count(std::min(kMaxShardRows, in.remaining()));
  std::vector<XattrSet> sets;
  for (uint64_t i = 0; i < count && in.ok(); ++i) sets.push_back(DecodeXattrSet(in));
  return sets;
}

PackTable PacksOf(const Tree& tree) {
  PackTable packs;
  for (const ListRef& list : tree.lists) packs.Add(list.ref.pack);
  for (const ObjectRef& ref : tree.publisher) packs.Add(ref.pack);
  for (const ObjectRef& ref : tree.children) packs.Add(ref.pack);
  return packs;
}

void EncodeRefs(const Tree& tree, Encoder& out) {
  const PackTable packs = PacksOf(tree);
  packs.EncodeTo(out);
  out.Varint(tree.lists.size());
  for (const ListRef& list : tree.lists) {
    packs.EncodeRef(list.ref, out);
    out.Varint(list.stream_size);
  }
  out.Varint(tree.publisher.size());
  for (const ObjectRef& ref : tree.publisher) packs.EncodeRef(ref, out);
  out.Varint(tree.children.size());
  for (const ObjectRef& ref : tree.children) packs.EncodeRef(ref, out);
}

// Returns the size of the stream.
uint64_t DecodeRefs(const Id& holder, Decoder& in, Tree& tree) {
  const PackTable packs = PackTable::Decode(in, kMaxShardRows);
  const auto refs = [&](std::vector<ObjectRef>& out, size_t limit) {
    const uint64_t count = in.Count(limit);
    for (uint64_t i = 0; i < count && in.ok(); ++i) out.push_back(Resolve(packs.DecodeRef(in, kMaxPartPlain), holder));
  };
  uint64_t stream_size = 0;
  const uint64_t lists = in.Count(kMaxListsPerShard);
  for (uint64_t i = 0; i < lists && in.ok(); ++i) {
    const ObjectRef ref = Resolve(packs.DecodeRef(in, kMaxPartPlain), holder);
    const uint64_t size = in.Count(kMaxChunksPerList * uint64_t{kMaxChunkPlain});
    tree.lists.push_back({ref, size});
    stream_size += size;
  }
  refs(tree.publisher, kMaxListsPerShard);
  refs(tree.children, kMaxShardRows);
  return stream_size;
}

void EncodeRanges(const std::vector<Range>& ranges, Encoder& out) {
  out.Varint(ranges.size());
  for (const Range& range : ranges) {
    out.Bytes(range.first_name);
    out.Varint(range.child);
  }
}

std::vector<Range> DecodeRanges(Decoder& in) {
  const uint64_t count = in.Count(std::min(kMaxShardRows, in.remaining()));
  std::vector<Range> ranges;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    Range range;
    range.first_name = in.Bytes(kMaxName);
    range.child = static_cast<uint32_t>(in.Count(kMaxShardRows));
    ranges.push_back(std::move(range));
  }
  return ranges;
}

}  // namespace

std::string Tree::Encode() const {
  Encoder out;
  out.Raw(kTreeMagic);
  out.U8(kFormatVersion);
  EncodeRefs(*this, out);
  EncodeListing(top, out);
  EncodeEntries(entries, out);
  EncodeRanges(ranges, out);
  EncodeInodes(inodes, out);
  EncodeExtents(*this, out);
  EncodeStrings(targets, out);
  EncodeXattrSets(xattr_sets, out);
  return out.Take();
}

Result<Tree> Tree::Decode(std::string_view plain, const Id& holder) {
  Decoder in(plain);
  if (in.Raw(4) != kTreeMagic || in.U8() != kFormatVersion) return Corrupt("not a tree");
  Tree tree;
  const uint64_t stream_size = DecodeRefs(holder, in, tree);
  tree.top = DecodeListing(in);
  tree.entries = DecodeEntries(in);
  tree.ranges = DecodeRanges(in);
  tree.inodes = DecodeInodes(in);
  if (in.ok()) tree.extents = DecodeExtents(tree.inodes, stream_size, in);
  tree.targets = DecodeStrings(in, kMaxShardRows, kMaxTarget);
  tree.xattr_sets = DecodeXattrSets(in);
  if (!in.AtEnd() || !IsSound(tree)) return Corrupt("tree: damaged");
  return tree;
}

bool Tree::is_root() const {
  return !top.split && top.count == 1 && top.begin < entries.size() && entries[top.begin].name.empty() &&
         entries[top.begin].child == kNoChild;
}

const TreeEntry* Tree::FindEntry(const Listing& listing, std::string_view name) const {
  const auto begin = entries.begin() + listing.begin;
  const auto end = begin + listing.count;
  const auto found =
      std::lower_bound(begin, end, name, [](const TreeEntry& e, std::string_view n) { return e.name < n; });
  return found != end && found->name == name ? &*found : nullptr;
}

const Range* Tree::FindRange(const Listing& listing, std::string_view name) const {
  const auto begin = ranges.begin() + listing.begin;
  const auto after = std::upper_bound(begin, begin + listing.count, name,
                                      [](std::string_view n, const Range& r) { return n < r.first_name; });
  return after == begin ? nullptr : &*(after - 1);
}

size_t Tree::MemorySize() const {
  size_t size = sizeof *this + entries.capacity() * sizeof(TreeEntry) + ranges.capacity() * sizeof(Range) +
                inodes.capacity() * sizeof(Inode) + extents.capacity() * sizeof(Extent) +
                targets.capacity() * sizeof(std::string) +
                (children.capacity() + publisher.capacity()) * sizeof(ObjectRef) + lists.capacity() * sizeof(ListRef);
  for (const TreeEntry& e : entries)
    if (e.name.size() > 15) size += e.name.capacity();
  for (const std::string& t : targets) size += t.capacity();
  for (const XattrSet& set : xattr_sets)
    for (const Xattr& x : set) size += sizeof x + x.name.size() + x.value.size();
  return size;
}

}  // namespace rootstream

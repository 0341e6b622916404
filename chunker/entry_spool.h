// EntrySpool: keeps the entries of a source between the two passes of publishing. The places of chunks are known only
// when all packs are closed, so shards are made in a second pass, which reads this spool instead of the source. Not
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/spool.h"
#include "chunker/source/inode_record.h"
#include "chunker/source/source.h"

namespace rootstream {

class EntrySpool {
 public:
  struct Entry {
    uint32_t depth = 0;
    std::string name;
    bool needed = false;            // by the profile
    std::optional<uint32_t> group;  // number of the hard link group, in the order of first names
    InodeRecord record;             // not set if the group has several names
  };

  static Result<EntrySpool> Create();

  // False if the entry is a further name of an inode that was added before.
  bool IsNewInode(const SourceEntry& entry) const;
  Status Add(const SourceEntry& entry, const InodeRecord& record, bool needed);

  // For a further name of an inode: its extents so far, and a replacement for them.
  Result<std::vector<FileExtent>> ExtentsOf(const SourceEntry& entry);
  Status SetExtents(const SourceEntry& entry, std::vector<FileExtent> extents);

  // After the last Add().
  Result<std::optional<Entry>> Next();  // in the order of adding
  uint32_t groups() const { return static_cast<uint32_t>(groups_.size()); }
  uint32_t NamesOf(uint32_t group) const { return groups_[group].names; }
  bool IsNeeded(uint32_t group) const { return groups_[group].needed; }  // by some name
  Result<InodeRecord> GroupRecord(uint32_t group);

 private:
  struct Group {
    uint64_t offset = 0;  // in inodes_
    uint32_t names = 0;
    bool needed = false;
  };
  EntrySpool(Spool entries, Spool inodes) : entries_(std::move(entries)), inodes_(std::move(inodes)) {}

  Spool entries_;
  Spool inodes_;  // of groups
  uint64_t next_ = 0;
  std::unordered_map<uint64_t, uint32_t> by_source_number_;
  std::vector<Group> groups_;
};

}  // namespace rootstream

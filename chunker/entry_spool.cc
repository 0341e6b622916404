#include "chunker/entry_spool.h"

#include "format/limits.h"

namespace rootstream {

Result<EntrySpool> EntrySpool::Create() {
  RS_TRY(Spool entries, Spool::Create());
  RS_TRY(Spool inodes, Spool::Create());
  return EntrySpool(std::move(entries), std::move(inodes));
}

bool EntrySpool::IsNewInode(const SourceEntry& entry) const {
  return entry.link_group == 0 || !by_source_number_.contains(entry.link_group);
}

Status EntrySpool::Add(const SourceEntry& entry, const InodeRecord& record, bool needed) {
  Encoder out;
  out.Varint(entry.depth);
  out.Varint(needed ? 1 : 0);
  out.Bytes(entry.name);
  if (entry.link_group == 0) {
    out.Varint(0);
    record.EncodeTo(out);
  } else {
    const auto [group, is_new] = by_source_number_.try_emplace(entry.link_group, groups());
    if (is_new) {
      Encoder inode;
      record.EncodeTo(inode);
      RS_TRY(const uint64_t offset, inodes_.AppendSized(inode.bytes()));
      groups_.push_back({.offset = offset});
    }
    ++groups_[group->second].names;
    groups_[group->second].needed |= needed;
    out.Varint(uint64_t{group->second} + 1);
  }
  RS_CHECK(entries_.AppendSized(out.bytes()));
  return Ok();
}

Result<std::vector<FileExtent>> EntrySpool::ExtentsOf(const SourceEntry& entry) {
  RS_TRY(InodeRecord record, GroupRecord(by_source_number_.at(entry.link_group)));
  return std::move(record.extents);
}

Status EntrySpool::SetExtents(const SourceEntry& entry, std::vector<FileExtent> extents) {
  const uint32_t group = by_source_number_.at(entry.link_group);
  RS_TRY(InodeRecord record, GroupRecord(group));
  record.extents = std::move(extents);
  Encoder inode;
  record.EncodeTo(inode);
  RS_TRY(groups_[group].offset, inodes_.AppendSized(inode.bytes()));
  return Ok();
}

Result<std::optional<EntrySpool::Entry>> EntrySpool::Next() {
  if (next_ == entries_.size()) return std::optional<Entry>();
  RS_TRY(const std::string bytes, entries_.ReadSized(next_));
  Decoder in(bytes);
  Entry entry;
  entry.depth = static_cast<uint32_t>(in.Varint());
  entry.needed = in.Varint() != 0;
  entry.name = in.Bytes(kMaxName);
  const uint64_t group = in.Varint();
  if (group > 0) {
    entry.group = static_cast<uint32_t>(group - 1);
    if (NamesOf(*entry.group) == 1) {
      RS_TRY(entry.record, GroupRecord(*entry.group));
    }
  } else {
    entry.record = InodeRecord::Decode(in);
  }
  if (!in.ok()) return Failed("the spool file was damaged");
  return std::optional(std::move(entry));
}

Result<InodeRecord> EntrySpool::GroupRecord(uint32_t group) {
  uint64_t offset = groups_[group].offset;
  RS_TRY(const std::string bytes, inodes_.ReadSized(offset));
  Decoder in(bytes);
  InodeRecord record = InodeRecord::Decode(in);
  if (!in.ok()) return Failed("the spool file was damaged");
  return record;
}

}  // namespace rootstream

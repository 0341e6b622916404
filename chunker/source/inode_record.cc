#include "chunker/source/inode_record.h"

namespace rootstream {

void AppendExtent(std::vector<FileExtent>& extents, const FileExtent& extent) {
  if (!extents.empty()) {
    FileExtent& last = extents.back();
    if (last.file_offset + last.length == extent.file_offset && last.position + last.length == extent.position) {
      last.length += extent.length;
      return;
    }
  }
  extents.push_back(extent);
}

void InodeRecord::EncodeTo(Encoder& out) const {
  out.Varint(inode.mode);
  out.Varint(inode.uid);
  out.Varint(inode.gid);
  out.Zigzag(inode.mtime_seconds);
  out.Varint(inode.mtime_nanoseconds);
  out.Varint(inode.size);
  out.Varint(inode.device_major);
  out.Varint(inode.device_minor);
  out.Bytes(target);
  out.Varint(xattrs.size());
  for (const Xattr& xattr : xattrs) {
    out.Bytes(xattr.name);
    out.Bytes(xattr.value);
  }
  out.Varint(extents.size());
  for (const FileExtent& extent : extents) {
    out.Varint(extent.file_offset);
    out.Varint(extent.length);
    out.Varint(extent.position);
  }
}

InodeRecord InodeRecord::Decode(Decoder& in) {
  InodeRecord record;
  const auto u32 = [&] { return static_cast<uint32_t>(in.Varint()); };
  record.inode.mode = u32();
  record.inode.uid = u32();
  record.inode.gid = u32();
  record.inode.mtime_seconds = in.Zigzag();
  record.inode.mtime_nanoseconds = u32();
  record.inode.size = in.Varint();
  record.inode.device_major = u32();
  record.inode.device_minor = u32();
  record.target = in.Bytes(in.remaining());
  record.xattrs.resize(in.Count(in.remaining()));
  for (Xattr& xattr : record.xattrs) {
    xattr.name = in.Bytes(in.remaining());
    xattr.value = in.Bytes(in.remaining());
  }
  record.extents.resize(in.Count(in.remaining()));
  for (FileExtent& extent : record.extents) {
    extent.file_offset = in.Varint();
    extent.length = in.Varint();
    extent.position = in.Varint();
  }
  return record;
}

}  // namespace rootstream

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>

#include <cstring>
#include <unordered_map>

#include "base/progress.h"
#include "base/tell.h"
#include "format/posix_acl.h"
#include "fusefs/commands/export.h"
#include "fusefs/image/view.h"

namespace rootstream {
namespace {

struct FreeArchive {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using UniqueEntry = std::unique_ptr<archive_entry, FreeEntry>;

int ArchiveTag(uint16_t tag) {
  switch (tag) {
    case kAclUserObject:
      return ARCHIVE_ENTRY_ACL_USER_OBJ;
    case kAclUser:
      return ARCHIVE_ENTRY_ACL_USER;
    case kAclGroupObject:
      return ARCHIVE_ENTRY_ACL_GROUP_OBJ;
    case kAclGroup:
      return ARCHIVE_ENTRY_ACL_GROUP;
    case kAclMask:
      return ARCHIVE_ENTRY_ACL_MASK;
    default:
      return ARCHIVE_ENTRY_ACL_OTHER;
  }
}

// ACLs have records of their own in pax archives; other xattrs are kept as they are.
void AddXattr(archive_entry* entry, const Xattr& xattr) {
  const bool access = xattr.name == kAclAccessXattr;
  const auto acl = access || xattr.name == kAclDefaultXattr ? DecodeAcl(xattr.value) : std::nullopt;
  if (!acl) {
    archive_entry_xattr_add_entry(entry, xattr.name.c_str(), xattr.value.data(), xattr.value.size());
    return;
  }
  const int type = access ? ARCHIVE_ENTRY_ACL_TYPE_ACCESS : ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
  for (const AclEntry& e : *acl) {
    const bool named = e.tag == kAclUser || e.tag == kAclGroup;
    const std::string id = named ? std::to_string(e.id) : "";
    archive_entry_acl_add_entry(entry, type, e.permissions, ArchiveTag(e.tag), named ? static_cast<int>(e.id) : -1,
                                id.c_str());
  }
}

// A pax time is a decimal with a sign, and libarchive writes the whole and the fraction side by side.
// It has no way to write a time between -1 and 0 seconds, which becomes 0.
void SetTime(archive_entry* entry, const Inode& inode) {
  constexpr long kSecond = 1'000'000'000;
  if (inode.mtime_seconds < -1 && inode.mtime_nanoseconds > 0) {
    archive_entry_set_mtime(entry, inode.mtime_seconds + 1, kSecond - inode.mtime_nanoseconds);
  } else if (inode.mtime_seconds == -1 && inode.mtime_nanoseconds > 0) {
    archive_entry_set_mtime(entry, 0, 0);
  } else {
    archive_entry_set_mtime(entry, inode.mtime_seconds, inode.mtime_nanoseconds);
  }
}

class TarWriter {
 public:
  explicit TarWriter(Client& client)
      : view_(client), archive_(archive_write_new()), total_(client.ref().manifest.totals.data_bytes) {}

  Status Write() {
    archive_write_set_format_pax(archive_.get());
    // Names that are not UTF-8 are marked as binary.
    setlocale(LC_CTYPE, "C.UTF-8");
    archive_write_set_options(archive_.get(), "xattrheader=SCHILY");
    archive_write_set_bytes_in_last_block(archive_.get(), 1);
    if (archive_write_open_fd(archive_.get(), 1) != ARCHIVE_OK) return Problem("standard output");
    RS_TRY(const Node root, view_.Find("/"));
    RS_CHECK(WriteHeader(root, "."));
    RS_CHECK(view_.Walk(root, {[this](const std::string& path, const std::string&, const Node& node) -> Status {
                          if (!S_ISSOCK(node.inode().mode)) return WriteHeader(node, "." + path);
                          ++sockets_;
                          return Ok();
                        }}));
    if (archive_write_close(archive_.get()) != ARCHIVE_OK) return Problem("standard output");
    progress_.End();
    if (sockets_ > 0) Tell("left out: " + std::to_string(sockets_) + " sockets, which tar does not know");
    return Ok();
  }

 private:
  Error Problem(const std::string& path) const {
    const char* text = archive_error_string(archive_.get());
    const int error = archive_errno(archive_.get());
    return Failed(path + ": cannot write to the archive: " +
                  (error > 0         ? strerror(error)
                   : text != nullptr ? text
                                     : "?"));
  }

  Status WriteHeader(const Node& node, const std::string& path) {
    const Inode& inode = node.inode();
    const UniqueEntry entry(archive_entry_new());
    archive_entry* e = entry.get();
    archive_entry_copy_pathname(e, path.c_str());
    archive_entry_set_mode(e, inode.mode);
    archive_entry_set_uid(e, inode.uid);
    archive_entry_set_gid(e, inode.gid);
    SetTime(e, inode);
    archive_entry_set_nlink(e, inode.nlink);
    archive_entry_set_size(e, 0);
    if (S_ISCHR(inode.mode) || S_ISBLK(inode.mode)) {
      archive_entry_set_rdevmajor(e, inode.device_major);
      archive_entry_set_rdevminor(e, inode.device_minor);
    }
    if (S_ISLNK(inode.mode)) archive_entry_copy_symlink(e, node.shard->tree.targets[inode.target].c_str());
    bool has_content = S_ISREG(inode.mode);
    if (inode.nlink > 1 && !S_ISDIR(inode.mode)) {
      const auto [first, is_new] = links_.try_emplace(node.id(), path);
      if (!is_new) {
        archive_entry_copy_hardlink(e, first->second.c_str());
        has_content = false;
      }
    }
    if (has_content) SetSize(e, node);
    if (inode.xattr_set != 0)
      for (const Xattr& xattr : node.shard->tree.xattr_sets[inode.xattr_set - 1]) AddXattr(e, xattr);
    const int code = archive_write_header(archive_.get(), e);
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return Problem(path);
    return has_content ? WriteContent(node, path) : Ok();
  }

  static void SetSize(archive_entry* e, const Node& node) {
    const Inode& inode = node.inode();
    archive_entry_set_size(e, static_cast<la_int64_t>(inode.size));
    const auto extent = [&](uint32_t i) -> const Extent& { return node.shard->tree.extents[inode.extent_begin + i]; };
    const bool whole = inode.extent_count == 1 && extent(0).length == inode.size;
    if (whole || inode.size == 0) return;
    for (uint32_t i = 0; i < inode.extent_count; ++i)
      archive_entry_sparse_add_entry(e, static_cast<la_int64_t>(extent(i).file_offset),
                                     static_cast<la_int64_t>(extent(i).length));
    if (inode.extent_count == 0) archive_entry_sparse_add_entry(e, static_cast<la_int64_t>(inode.size), 0);
  }

  // libarchive wants the bytes of holes as well, and drops them according to the map.
  Status WriteContent(const Node& node, const std::string& path) {
    uint64_t written = 0;
    const auto put = [&](std::string_view bytes) -> Status {
      if (archive_write_data(archive_.get(), bytes.data(), bytes.size()) != static_cast<la_ssize_t>(bytes.size()))
        return Problem(path);
      written += bytes.size();
      return Ok();
    };
    const auto zeros_to = [&](uint64_t offset) -> Status {
      static const std::string zeros(1 << 20, '\0');
      while (written < offset) RS_CHECK(put(std::string_view(zeros).substr(0, offset - written)));
      return Ok();
    };
    const Status read = view_.ReadData(node, [&](uint64_t offset, std::string_view bytes) -> Status {
      RS_CHECK(zeros_to(offset));
      progress_.Show(done_ += bytes.size(), total_, path);
      return put(bytes);
    });
    if (!read.ok()) return Of(path, read.error());
    return zeros_to(node.inode().size);
  }

  View view_;
  std::unique_ptr<archive, FreeArchive> archive_;
  std::unordered_map<uint64_t, std::string> links_;  // by inode: the first name under which it was written
  const uint64_t total_;
  uint64_t done_ = 0;
  Progress progress_;
  size_t sockets_ = 0;
};

}  // namespace

Status ExportToTar(Client& client) { return TarWriter(client).Write(); }

}  // namespace rootstream

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "chunker/inode_record.h"
#include "chunker/path_table.h"
#include "chunker/source.h"
#include "chunker/spool.h"
#include "chunker/tar_stream.h"
#include "format/limits.h"
#include "format/posix_acl.h"

namespace rootstream {
namespace {

constexpr size_t kReadSize = 1 << 20;
constexpr int64_t kTarBlock = 512;

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};
using UniqueArchive = std::unique_ptr<archive, FreeArchive>;

uint32_t IdOfName(int tag, const char* name) {
  if (name == nullptr) return UINT32_MAX;
  if (tag == ARCHIVE_ENTRY_ACL_USER) {
    const passwd* user = getpwnam(name);
    return user != nullptr ? user->pw_uid : UINT32_MAX;
  }
  const group* found = getgrnam(name);
  return found != nullptr ? found->gr_gid : UINT32_MAX;
}

uint16_t AclTagOf(int tag) {
  switch (tag) {
    case ARCHIVE_ENTRY_ACL_USER_OBJ: return kAclUserObject;
    case ARCHIVE_ENTRY_ACL_USER: return kAclUser;
    case ARCHIVE_ENTRY_ACL_GROUP_OBJ: return kAclGroupObject;
    case ARCHIVE_ENTRY_ACL_GROUP: return kAclGroup;
    case ARCHIVE_ENTRY_ACL_MASK: return kAclMask;
    default: return kAclOther;
  }
}

void AddAcl(archive_entry* entry, int type, std::string_view xattr, XattrSet& set) {
  std::vector<AclEntry> acl;
  archive_entry_acl_reset(entry, type);
  int entry_type = 0, permissions = 0, tag = 0, id = 0;
  const char* name = nullptr;
  while (archive_entry_acl_next(entry, type, &entry_type, &permissions, &tag, &id, &name) ==
         ARCHIVE_OK) {
    AclEntry out{.tag = AclTagOf(tag), .permissions = static_cast<uint16_t>(permissions & 7)};
    const bool named = out.tag == kAclUser || out.tag == kAclGroup;
    if (named) out.id = id != -1 ? static_cast<uint32_t>(id) : IdOfName(tag, name);
    acl.push_back(out);
  }
  // Three entries say no more than the mode does.
  const bool is_default = type == ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
  if (acl.size() > 3 || (is_default && !acl.empty()))
    set.push_back({std::string(xattr), EncodeAcl(std::move(acl))});
}

XattrSet XattrsOf(archive_entry* entry) {
  XattrSet set;
  archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
    set.push_back({name, std::string(static_cast<const char*>(value), size)});
  AddAcl(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, kAclAccessXattr, set);
  AddAcl(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, kAclDefaultXattr, set);
  std::stable_sort(set.begin(), set.end(),
                   [](const Xattr& a, const Xattr& b) { return a.name < b.name; });
  const auto same = [](const Xattr& a, const Xattr& b) { return a.name == b.name; };
  set.erase(std::unique(set.begin(), set.end(), same), set.end());
  return set;
}

// The kernel keeps the mask of an ACL where the mode has the group's bits; libarchive puts the group's
// own entry there.
uint32_t ModeOf(archive_entry* entry, const XattrSet& xattrs) {
  const uint32_t mode = archive_entry_mode(entry);
  for (const Xattr& xattr : xattrs) {
    const auto acl = xattr.name == kAclAccessXattr ? DecodeAcl(xattr.value) : std::nullopt;
    if (!acl) continue;
    for (const AclEntry& e : *acl)
      if (e.tag == kAclMask) return (mode & ~070u) | uint32_t{e.permissions} << 3;
  }
  return mode;
}

// A pax time is a decimal with a sign; libarchive gives its whole and its fraction, both without it as
// far as the fraction goes.
void SetTime(archive_entry* entry, bool negative_zero, Inode& inode) {
  constexpr uint32_t kSecond = 1'000'000'000;
  inode.mtime_seconds = archive_entry_mtime(entry);
  inode.mtime_nanoseconds = static_cast<uint32_t>(archive_entry_mtime_nsec(entry));
  const bool negative = inode.mtime_seconds < 0 || (negative_zero && inode.mtime_seconds == 0);
  if (!negative || inode.mtime_nanoseconds == 0) return;
  --inode.mtime_seconds;
  inode.mtime_nanoseconds = kSecond - inode.mtime_nanoseconds;
}

Inode InodeOf(archive_entry* entry, const XattrSet& xattrs, bool negative_zero) {
  Inode inode;
  inode.mode = ModeOf(entry, xattrs);
  SetTime(entry, negative_zero, inode);
  inode.uid = static_cast<uint32_t>(archive_entry_uid(entry));
  inode.gid = static_cast<uint32_t>(archive_entry_gid(entry));
  inode.size = S_ISREG(inode.mode) ? archive_entry_size(entry) : 0;
  if (S_ISCHR(inode.mode) || S_ISBLK(inode.mode)) {
    inode.device_major = static_cast<uint32_t>(archive_entry_rdevmajor(entry));
    inode.device_minor = static_cast<uint32_t>(archive_entry_rdevminor(entry));
  }
  return inode;
}

la_ssize_t ReadStream(archive* reader, void* stream, const void** piece) {
  auto* source = static_cast<TarStream*>(stream);
  const std::string_view bytes = source->Next();
  if (source->failed()) {
    archive_set_error(reader, EIO, "%s", source->error().c_str());
    return ARCHIVE_FATAL;
  }
  *piece = bytes.data();
  return static_cast<la_ssize_t>(bytes.size());
}

class TarSource : public Source {
 public:
  TarSource(std::string path, std::unique_ptr<TarStream> stream, UniqueArchive archive,
            Spool content, Spool records)
      : path_(std::move(path)),
        stream_(std::move(stream)),
        archive_(std::move(archive)),
        content_(std::move(content)),
        records_(std::move(records)) {}

  // Reads the whole archive, up to and including its end mark. `first`: the header that was read.
  Status SpoolAll(archive_entry* first, int code) {
    archive_entry* entry = first;
    int64_t consumed = 0;  // bytes, up to the end of the entry before
    while (code != ARCHIVE_EOF) {
      if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return Problem();
      if (WasInterrupted()) return Failed("interrupted");
      const int64_t header_end = archive_filter_bytes(archive_.get(), 0);
      RS_CHECK(SpoolEntry(entry, stream_->HasNegativeZeroTime(consumed, header_end)));
      consumed = archive_filter_bytes(archive_.get(), 0);
      code = archive_read_next_header(archive_.get(), &entry);
    }
    // Past the last file's padding come two blocks of zeros; without them the rest is missing.
    if (archive_filter_bytes(archive_.get(), 0) - consumed < kTarBlock)
      return Invalid(path_ + ": truncated tar: its end mark is missing");
    archive_.reset();
    if (offsets_.empty() || offsets_[PathTable::kTop] == kNoRecord) RS_CHECK(AddImplied(PathTable::kTop));
    return Ok();
  }

  Result<std::optional<SourceEntry>> Next() override {
    if (WasInterrupted()) return Failed("interrupted");
    if (!started_) {
      started_ = true;
      return Describe(PathTable::kTop, 0);
    }
    while (!open_.empty() && open_.back().next == open_.back().children.size()) open_.pop_back();
    if (open_.empty()) return std::optional<SourceEntry>();
    const uint32_t node = open_.back().children[open_.back().next++];
    return Describe(node, static_cast<uint32_t>(open_.size()));
  }

  Status ReadContent(const ContentUse& use) override {
    for (const FileExtent& extent : current_.extents) {
      for (uint64_t done = 0; done < extent.length;) {
        if (WasInterrupted()) return Failed("interrupted");
        const size_t part = std::min<uint64_t>(kReadSize, extent.length - done);
        RS_TRY(const std::string bytes, content_.Read(extent.position + done, part));
        RS_CHECK(use(extent.file_offset + done, bytes));
        done += part;
      }
    }
    return Ok();
  }

  uint64_t ExpectedBytes() const override { return content_.size(); }

 private:
  struct Folder {
    std::vector<uint32_t> children;
    size_t next = 0;
  };
  static constexpr uint64_t kNoRecord = UINT64_MAX;

  Error Problem() const {
    const char* text = archive_error_string(archive_.get());
    return Invalid(path_ + ": cannot read the tar: " + (text != nullptr ? text : "damaged"));
  }

  // The node of a path of the archive; parents are made as they are named.
  Result<uint32_t> NodeOf(const char* path, bool create) {
    if (path == nullptr) return Invalid(path_ + ": an entry without a name");
    uint32_t node = PathTable::kTop;
    std::string_view rest = path;
    while (!rest.empty()) {
      const std::string_view name = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      if (name.empty() || name == ".") continue;
      if (name == "..") return Invalid(path_ + ": the entry '" + path + "' leaves the tree");
      if (name.size() > kMaxName)
        return Invalid(path_ + ": a name of the entry '" + path + "' is longer than 255 bytes");
      node = create ? paths_.Add(node, name) : paths_.Find(node, name);
      if (node == PathTable::kNone)
        return Invalid(path_ + ": a hard link to '" + path + "', which is not in the archive");
    }
    if (offsets_.size() < paths_.size()) offsets_.resize(paths_.size(), kNoRecord);
    return node;
  }

  Status SpoolEntry(archive_entry* entry, bool negative_zero_time) {
    RS_TRY(const uint32_t node, NodeOf(archive_entry_pathname(entry), true));
    if (const char* link = archive_entry_hardlink(entry)) {
      RS_TRY(const uint32_t target, NodeOf(link, false));
      links_[node] = Origin(target);
      if (Origin(target) == node) links_.erase(node);
      return Ok();
    }
    links_.erase(node);
    InodeRecord record{.xattrs = XattrsOf(entry)};
    record.inode = InodeOf(entry, record.xattrs, negative_zero_time);
    if (record.inode.mtime_nanoseconds > 999'999'999)
      return Invalid(path_ + ": a time that is none, of '" + paths_.PathOf(node) + "'");
    if (S_ISLNK(record.inode.mode)) {
      const char* target = archive_entry_symlink(entry);
      if (target == nullptr) return Invalid(path_ + ": a symlink without a target");
      record.target = target;
      record.inode.size = record.target.size();
    }
    if (S_ISREG(record.inode.mode)) RS_CHECK(SpoolContent(record));
    return PutRecord(node, record);
  }

  Status PutRecord(uint32_t node, const InodeRecord& record) {
    Encoder out;
    record.EncodeTo(out);
    RS_TRY(offsets_[node], records_.AppendSized(out.bytes()));
    return Ok();
  }

  // A directory that is named by its contents only.
  Status AddImplied(uint32_t node) {
    offsets_.resize(paths_.size(), kNoRecord);
    return PutRecord(node, {.inode = {.mode = S_IFDIR | 0755}});
  }

  Status SpoolContent(InodeRecord& record) {
    while (true) {
      const void* block = nullptr;
      size_t size = 0;
      la_int64_t offset = 0;
      const int code = archive_read_data_block(archive_.get(), &block, &size, &offset);
      if (code == ARCHIVE_EOF) return Ok();
      if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return Problem();
      if (WasInterrupted()) return Failed("interrupted");
      if (size == 0) continue;
      RS_TRY(const uint64_t at, content_.Append({static_cast<const char*>(block), size}));
      FileExtent* last = record.extents.empty() ? nullptr : &record.extents.back();
      const auto file_offset = static_cast<uint64_t>(offset);
      const bool joins = last != nullptr && last->position + last->length == at &&
                         last->file_offset + last->length == file_offset;
      if (joins) {
        last->length += size;
      } else {
        record.extents.push_back({file_offset, size, at});
      }
    }
  }

  // The first name of an inode that `node` is a further name of.
  uint32_t Origin(uint32_t node) const {
    const auto found = links_.find(node);
    return found == links_.end() ? node : found->second;
  }

  Result<std::optional<SourceEntry>> Describe(uint32_t node, uint32_t depth) {
    const uint32_t origin = Origin(node);
    if (offsets_[origin] == kNoRecord) RS_CHECK(AddImplied(origin));
    uint64_t offset = offsets_[origin];
    RS_TRY(const std::string bytes, records_.ReadSized(offset));
    Decoder in(bytes);
    current_ = InodeRecord::Decode(in);
    SourceEntry entry{.depth = depth,
                      .name = std::string(paths_.NameOf(node)),
                      .inode = current_.inode,
                      .target = current_.target,
                      .xattrs = current_.xattrs};
    if (linked_.empty() && !links_.empty()) {
      linked_.resize(paths_.size());
      for (const auto& [name, to] : links_) linked_[to] = true;
    }
    const bool is_folder = S_ISDIR(entry.inode.mode);
    if (!linked_.empty() && linked_[origin] && !is_folder) entry.link_group = uint64_t{origin} + 1;
    std::vector<uint32_t> children = paths_.SortedChildren(node);
    if (!is_folder && !children.empty())
      return Invalid(path_ + ": '" + paths_.PathOf(node) + "' is no directory, yet has entries");
    if (is_folder) open_.push_back({std::move(children)});
    return std::optional(std::move(entry));
  }

  const std::string path_;
  std::unique_ptr<TarStream> stream_;
  UniqueArchive archive_;  // reads from the stream
  Spool content_;
  Spool records_;
  PathTable paths_;
  std::vector<uint64_t> offsets_;        // by node: its record
  std::map<uint32_t, uint32_t> links_;   // further names, to the node that has the inode
  std::vector<bool> linked_;             // by node: it has further names
  bool started_ = false;
  std::vector<Folder> open_;
  InodeRecord current_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenTarSource(const std::string& path) {
  const std::string shown = path == "-" ? "standard input" : path;
  auto stream = std::make_unique<TarStream>();
  if (!stream->Open(path)) return Invalid(shown + ": cannot read it: " + stream->error());
  UniqueArchive a(archive_read_new());
  archive_read_support_format_tar(a.get());
  archive_read_set_options(a.get(), "hdrcharset=BINARY");
  const int opened = archive_read_open(a.get(), stream.get(), nullptr, ReadStream, nullptr);
  archive_entry* entry = nullptr;
  const int code = opened == ARCHIVE_OK ? archive_read_next_header(a.get(), &entry) : opened;
  if (stream->failed()) return Invalid(shown + ": cannot read it: " + stream->error());
  const bool is_tar = code == ARCHIVE_OK || code == ARCHIVE_WARN;
  if (!is_tar) {
    const char* text = archive_error_string(a.get());
    return Missing(shown + ": not a tar: " + (text != nullptr ? text : "it is empty"));
  }
  RS_TRY(Spool content, Spool::Create());
  RS_TRY(Spool records, Spool::Create());
  auto source = std::make_unique<TarSource>(shown, std::move(stream), std::move(a),
                                            std::move(content), std::move(records));
  RS_CHECK(source->SpoolAll(entry, code));
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace rootstream

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/interrupt.h"
#include "base/spool.h"
#include "chunker/source/inode_record.h"
#include "chunker/source/source.h"
#include "chunker/source/source_format.h"
#include "chunker/source/tar_entry.h"
#include "chunker/source/tar_headers.h"
#include "chunker/source/tar_stream.h"
#include "chunker/source/tar_tree.h"

namespace rootstream {
namespace {

constexpr size_t kReadSize = 1 << 20;

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};
using UniqueArchive = std::unique_ptr<archive, FreeArchive>;

// What libarchive reads its bytes from, and what looks at them on the way.
struct Input {
  std::unique_ptr<TarStream> stream;
  TarHeaders headers;
};

la_ssize_t ReadInput(archive* reader, void* from, const void** piece) {
  auto* input = static_cast<Input*>(from);
  const std::string_view bytes = input->stream->Next();
  if (input->stream->failed()) {
    archive_set_error(reader, EIO, "%s", input->stream->error().c_str());
    return ARCHIVE_FATAL;
  }
  input->headers.Read(bytes);
  *piece = bytes.data();
  return static_cast<la_ssize_t>(bytes.size());
}

class TarSource : public Source {
 public:
  TarSource(std::string path, const SourceOptions& options, std::unique_ptr<Input> input, UniqueArchive archive,
            Spool content, Spool records)
      : path_(std::move(path)),
        options_(options),
        input_(std::move(input)),
        archive_(std::move(archive)),
        content_(std::move(content)),
        records_(std::move(records)) {}

  // Reads the whole archive, up to and including its end mark. `first`: the header that was read.
  Status SpoolAll(archive_entry* first, int code) {
    archive_entry* entry = first;
    int64_t consumed = 0;  // bytes up to the end of the previous entry
    while (code != ARCHIVE_EOF) {
      if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return Problem();
      if (WasInterrupted()) return Failed("interrupted");
      TarHeaders::Notes notes = input_->headers.Take(consumed, archive_filter_bytes(archive_.get(), 0));
      // A name that is not text in this locale is returned unchanged, with a warning.
      const bool is_about_text = archive_errno(archive_.get()) == EILSEQ;
      if (notes.fault.empty() && code == ARCHIVE_WARN && !is_about_text) notes.fault = ErrorText();
      if (const Status spooled = SpoolEntry(entry, notes); !spooled.ok()) return OfEntry(entry, spooled.error());
      consumed = archive_filter_bytes(archive_.get(), 0);
      code = archive_read_next_header(archive_.get(), &entry);
    }
    // Two blocks of zeros end an archive; without them its rest is missing.
    if (archive_filter_bytes(archive_.get(), 0) - consumed < static_cast<int64_t>(kTarBlock))
      return Invalid(path_ + ": truncated tar: its end mark is missing");
    RS_CHECK(ReadToEnd());
    archive_.reset();
    names_of_ = tree_.CountNames(inodes_.size());
    Tell();
    return CheckContainer();
  }

  Result<std::optional<SourceEntry>> Next() override {
    if (WasInterrupted()) return Failed("interrupted");
    if (!started_) {
      started_ = true;
      return Describe(PathTable::kTop, 0);
    }
    while (!open_.empty()) {
      Folder& folder = open_.back();
      if (folder.next == folder.children.size()) {
        open_.pop_back();
        continue;
      }
      const uint32_t node = folder.children[folder.next++];
      if (!IsExcluded(node)) return Describe(node, static_cast<uint32_t>(open_.size()));
    }
    return std::optional<SourceEntry>();
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
  struct Known {          // an inode
    uint64_t record = 0;  // its position in records_
    uint32_t mode = 0;
  };

  std::string ErrorText() const {
    const char* text = archive_error_string(archive_.get());
    return text != nullptr ? text : "damaged";
  }

  Error Problem() const { return Invalid(path_ + ": cannot read the tar: " + ErrorText()); }

  Error OfEntry(archive_entry* entry, const Error& error) const {
    const char* name = archive_entry_pathname(entry);
    return Of(path_ + ": the entry '" + (name != nullptr ? name : "") + "'", error);
  }

  // Bytes after the end mark are ignored, but decompressing them may reveal damage.
  Status ReadToEnd() {
    TarStream& stream = *input_->stream;
    for (auto piece = stream.Next(); !piece.empty(); piece = stream.Next()) {
      if (WasInterrupted()) return Failed("interrupted");
      input_->headers.Read(piece);
    }
    return stream.failed() ? Status(Invalid(path_ + ": cannot read the tar: " + stream.error())) : Ok();
  }

  void Tell() const {
    if (input_->headers.has_more())
      options_.tell(path_ + ": what lies behind its end mark is left out, as tar does without --ignore-zeros");
    if (whiteouts_ > 0)
      options_.tell(path_ + ": " + std::to_string(whiteouts_) +
                    " names begin with .wh., as a container layer marks what " +
                    "it removes; they are kept as plain files: publish the merged file system, not a layer");
  }

  // A container image is a tar file, but not of the root filesystem in it.
  Status CheckContainer() {
    if (HasFile("oci-layout") && HasFile("index.json")) return Unsupported("an OCI image layout");
    const auto found = tree_.Find("manifest.json");
    if (!found.ok() || !IsFile(*found)) return Ok();
    RS_TRY(const InodeRecord record, ReadRecord(tree_.InodeOf(*found)));
    if (record.extents.empty()) return Ok();
    const FileExtent& begin = record.extents.front();
    RS_TRY(const std::string json, content_.Read(begin.position, std::min<uint64_t>(begin.length, kReadSize)));
    return IsDockerManifest(json) ? Status(Unsupported("a docker archive")) : Ok();
  }

  Error Unsupported(const std::string& what) const {
    return Invalid(path_ + ": " + what +
                   ", which is not supported: publish its unpacked root file system, or the tar of " + "docker export");
  }

  bool IsFile(uint32_t node) const {
    const uint32_t inode = tree_.InodeOf(node);
    return inode != TarTree::kNone && S_ISREG(inodes_[inode].mode);
  }

  bool HasFile(const char* path) {
    const auto found = tree_.Find(path);
    return found.ok() && IsFile(*found);
  }

  bool IsExcluded(uint32_t node) const {
    return !options_.excluded.empty() && options_.excluded.Excludes("/" + tree_.paths().PathOf(node));
  }

  // Messages name the entry.
  Status SpoolEntry(archive_entry* entry, const TarHeaders::Notes& notes) {
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr || *path == '\0') return Invalid("it has no name");
    RS_TRY(const uint32_t node, tree_.Place(path));
    if (const char* link = archive_entry_hardlink(entry)) return SpoolLink(node, link);
    if (!notes.fault.empty()) return Invalid(notes.fault);
    InodeRecord record;
    RS_TRY(record.xattrs, XattrsOf(entry));
    RS_TRY(record.inode, InodeOf(entry, record.xattrs, notes.negative_zero_time));
    if (node == PathTable::kTop && !S_ISDIR(record.inode.mode)) return Invalid("the root is no directory");
    if (S_ISLNK(record.inode.mode)) {
      const char* target = archive_entry_symlink(entry);
      if (target == nullptr || *target == '\0') return Invalid("it is a symlink without a target");
      record.target = target;
      record.inode.size = record.target.size();
    }
    if (S_ISREG(record.inode.mode)) RS_CHECK(SpoolContent(record));
    whiteouts_ += tree_.paths().NameOf(node).starts_with(".wh.") ? 1 : 0;
    RS_TRY(const uint32_t inode, AddInode(record));
    tree_.Put(node, inode, record.target);
    return Ok();
  }

  Status SpoolLink(uint32_t node, const char* link) {
    const auto target = tree_.Find(link);
    if (!target.ok()) return Invalid("it is a hard link to '" + std::string(link) + "': " + target.error().message);
    const uint32_t inode = tree_.InodeOf(*target);
    if (inode == TarTree::kNone || S_ISDIR(inodes_[inode].mode))
      return Invalid("it is a hard link to '" + std::string(link) + "', a directory");
    tree_.Put(node, inode, "");
    return Ok();
  }

  Result<uint32_t> AddInode(const InodeRecord& record) {
    Encoder out;
    record.EncodeTo(out);
    RS_TRY(const uint64_t at, records_.AppendSized(out.bytes()));
    inodes_.push_back({at, record.inode.mode});
    return static_cast<uint32_t>(inodes_.size() - 1);
  }

  Result<InodeRecord> ReadRecord(uint32_t inode) {
    // A directory without an entry of its own.
    if (inode == TarTree::kNone) return InodeRecord{.inode = {.mode = S_IFDIR | 0755}};
    uint64_t offset = inodes_[inode].record;
    RS_TRY(const std::string bytes, records_.ReadSized(offset));
    Decoder in(bytes);
    InodeRecord record = InodeRecord::Decode(in);
    if (!in.AtEnd()) return Failed("the spool file was damaged");
    return record;
  }

  Status SpoolContent(InodeRecord& record) {
    while (true) {
      const void* block = nullptr;
      size_t size = 0;
      la_int64_t offset = 0;
      const int code = archive_read_data_block(archive_.get(), &block, &size, &offset);
      if (code == ARCHIVE_EOF) return Ok();
      if (code != ARCHIVE_OK) return Invalid("cannot read it: " + ErrorText());
      if (WasInterrupted()) return Failed("interrupted");
      if (size == 0) continue;
      FileExtent* last = record.extents.empty() ? nullptr : &record.extents.back();
      const auto file_offset = static_cast<uint64_t>(offset);
      if (last != nullptr && file_offset < last->file_offset + last->length)
        return Invalid("its sparse map is not in order");
      if (file_offset > record.inode.size || size > record.inode.size - file_offset)
        return Invalid("it has contents past its size");
      RS_TRY(const uint64_t at, content_.Append({static_cast<const char*>(block), size}));
      const bool joins =
          last != nullptr && last->position + last->length == at && last->file_offset + last->length == file_offset;
      if (joins) {
        last->length += size;
      } else {
        record.extents.push_back({file_offset, size, at});
      }
    }
  }

  Result<std::optional<SourceEntry>> Describe(uint32_t node, uint32_t depth) {
    const uint32_t inode = tree_.InodeOf(node);
    RS_TRY(current_, ReadRecord(inode));
    const PathTable& paths = tree_.paths();
    SourceEntry entry{.depth = depth,
                      .name = std::string(paths.NameOf(node)),
                      .inode = current_.inode,
                      .target = current_.target,
                      .xattrs = current_.xattrs};
    const bool is_folder = S_ISDIR(entry.inode.mode);
    if (!is_folder && names_of_[inode] > 1) entry.link_group = uint64_t{inode} + 1;
    std::vector<uint32_t> children = paths.SortedChildren(node);
    if (!is_folder && !children.empty())
      return Invalid(path_ + ": the entry '" + paths.PathOf(node) + "' is no directory, yet has entries");
    if (is_folder) open_.push_back({std::move(children)});
    return std::optional(std::move(entry));
  }

  const std::string path_;
  const SourceOptions options_;
  std::unique_ptr<Input> input_;
  UniqueArchive archive_;  // reads from the input
  Spool content_;
  Spool records_;
  TarTree tree_;
  std::vector<Known> inodes_;       // by number
  std::vector<uint32_t> names_of_;  // number of names, by inode number
  size_t whiteouts_ = 0;
  bool started_ = false;
  std::vector<Folder> open_;
  InodeRecord current_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenTarSource(const std::string& path, const SourceOptions& options) {
  const std::string shown = path == "-" ? "standard input" : path;
  auto input = std::make_unique<Input>();
  input->stream = std::make_unique<TarStream>();
  if (const Status opened = input->stream->Open(path); !opened.ok())
    return Invalid(shown + ": cannot read it: " + opened.error().message);
  const std::string_view head = input->stream->Peek(kFormatHead);
  if (input->stream->failed()) return Invalid(shown + ": cannot read it: " + input->stream->error());
  const FileFormat format = FormatOf(head);
  if (format.kind != FileKind::kTar)
    return Missing(shown + ": not a tar" +
                   (head.empty()          ? ": it is empty"
                    : format.name.empty() ? ""
                                          : " but " + format.name));
  UniqueArchive a(archive_read_new());
  archive_read_support_format_tar(a.get());
  archive_read_set_options(a.get(), "hdrcharset=BINARY");
  const int opened = archive_read_open(a.get(), input.get(), nullptr, ReadInput, nullptr);
  archive_entry* entry = nullptr;
  const int code = opened == ARCHIVE_OK ? archive_read_next_header(a.get(), &entry) : opened;
  RS_TRY(Spool content, Spool::Create());
  RS_TRY(Spool records, Spool::Create());
  auto source = std::make_unique<TarSource>(shown, options, std::move(input), std::move(a), std::move(content),
                                            std::move(records));
  RS_CHECK(source->SpoolAll(entry, code));
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace rootstream

#define FUSE_USE_VERSION 314
#include "fusefs/mount/fuse_ops.h"

#include <fuse_lowlevel.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>

#include "fusefs/mount/request.h"

namespace rootstream {
namespace {

constexpr double kForEver = 1e9;  // seconds: an image never changes
// Reads that the kernel has under way at a time, waiting ones included: beyond it a cached file would wait, too.
// The most that the protocol has room for; a parked read takes the daemon less than 1 KiB.
constexpr unsigned kMaxBackground = 65535;
constexpr size_t kBlockSize = 4096;

FuseContext& ContextOf(fuse_req_t req) { return *static_cast<FuseContext*>(fuse_req_userdata(req)); }

using Layer = LayerTree::Layer;
using RequestPtr = std::shared_ptr<Request>;

// Whatever went wrong behind it, a reader of the mount can only be told that reading failed; status
// and the log say more.
constexpr int kReadFailed = EIO;

uint64_t DataBytes(const Node& node) {
  uint64_t bytes = 0;
  const Inode& inode = node.inode();
  for (uint32_t i = 0; i < inode.extent_count; ++i) bytes += node.shard->tree.extents[inode.extent_begin + i].length;
  return bytes;
}

struct stat StatOf(const Layer& layer, const Node& node) {
  const Inode& inode = node.inode();
  struct stat st = {};
  st.st_ino = layer.Outer(node.id());
  st.st_mode = inode.mode;
  st.st_nlink = inode.nlink;
  st.st_uid = inode.uid;
  st.st_gid = inode.gid;
  st.st_rdev = makedev(inode.device_major, inode.device_minor);
  st.st_size = S_ISDIR(inode.mode) ? kBlockSize : static_cast<off_t>(inode.size);
  st.st_blksize = kBlockSize;
  st.st_blocks = static_cast<blkcnt_t>((DataBytes(node) + 511) / 512);
  st.st_mtim = {inode.mtime_seconds, inode.mtime_nanoseconds};
  st.st_atim = st.st_ctim = st.st_mtim;
  return st;
}

fuse_entry_param EntryOf(const FuseContext& context, const Layer& layer, const Node& node) {
  fuse_entry_param entry = {};
  entry.ino = layer.Outer(node.id());
  entry.generation = context.generation;
  entry.attr = StatOf(layer, node);
  entry.attr_timeout = entry.entry_timeout = kForEver;
  return entry;
}

// Lets `start` begin what finds the answer, and then parks the request.
template <typename Start>
void Handle(fuse_req_t req, Start start) {
  FuseContext& context = ContextOf(req);
  const auto request = std::make_shared<Request>(req, context.interrupted);
  start(request, context);
  request->Park();
}

// Runs `use` with the request, the layer and the inode, when it is there. `otherwise`: the error for the directory of
// the layers.
template <typename Use>
void WithNode(fuse_req_t req, fuse_ino_t ino, int otherwise, Use use) {
  Handle(req, [&](const RequestPtr& request, FuseContext& context) {
    const Layer* layer = context.tree.Find(ino);
    if (layer == nullptr) return request->ReplyError(context.tree.IsLayerDirectory(ino) ? otherwise : kReadFailed);
    const auto found = [request, layer, use = std::move(use)](const Result<Node>& node) {
      if (!node.ok()) return request->ReplyError(kReadFailed);
      use(*request, *layer, *node);
    };
    layer->image.Find(layer->Inner(ino), {found, request->interest()});
  });
}

void Init(void* userdata, fuse_conn_info* conn) {
  FuseContext& context = *static_cast<FuseContext*>(userdata);
  const unsigned wanted = FUSE_CAP_ASYNC_READ | FUSE_CAP_READDIRPLUS | FUSE_CAP_CACHE_SYMLINKS |
                          FUSE_CAP_NO_OPEN_SUPPORT | FUSE_CAP_NO_OPENDIR_SUPPORT | FUSE_CAP_EXPLICIT_INVAL_DATA;
  conn->want |= conn->capable & wanted;
  conn->want &= ~(FUSE_CAP_READDIRPLUS_AUTO | FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
                  FUSE_CAP_AUTO_INVAL_DATA | FUSE_CAP_ASYNC_DIO);  // whose readers cannot be killed
  // FUSE_CAP_POSIX_ACL would make the kernel fetch an ACL for every inode that it looks up.
  if ((context.tree.features() & kHasAcl) != 0) conn->want |= conn->capable & FUSE_CAP_POSIX_ACL;
  conn->max_background = kMaxBackground;
  conn->congestion_threshold = kMaxBackground * 3 / 4;
  conn->max_readahead = static_cast<unsigned>(context.kernel_readahead) << 10;
  context.wants_parallel_directories = (conn->capable & FUSE_CAP_PARALLEL_DIROPS) != 0;
  context.on_init();
}

// The root of a layer, in the directory of the layers.
void LookupLayer(const RequestPtr& request, const FuseContext& context, std::string_view name) {
  const Layer* layer = context.tree.Named(name);
  if (layer == nullptr) {
    fuse_entry_param absent = {};
    absent.entry_timeout = kForEver;
    return request->ReplyEntry(absent);
  }
  const auto found = [request, layer, &context](const Result<Node>& root) {
    if (!root.ok()) return request->ReplyError(kReadFailed);
    request->ReplyEntry(EntryOf(context, *layer, *root));
  };
  layer->image.Find(kRootInode, {found, request->interest()});
}

void Lookup(fuse_req_t req, fuse_ino_t parent, const char* name) {
  Handle(req, [&](const RequestPtr& request, FuseContext& context) {
    if (context.tree.IsLayerDirectory(parent)) return LookupLayer(request, context, name);
    const Layer* layer = context.tree.Find(parent);
    if (layer == nullptr) return request->ReplyError(kReadFailed);
    const auto done = [request, parent, layer, &context](const Result<std::optional<Node>>& found) {
      if (!found.ok()) return request->ReplyError(kReadFailed);
      fuse_entry_param entry = {};
      entry.entry_timeout = kForEver;  // inode 0: the kernel remembers that the name does not exist
      if (found->has_value()) {
        entry = EntryOf(context, *layer, **found);
        // Not for directories, which had attributes, nor for hard links, whose type may have been unknown.
        if (!S_ISDIR(entry.attr.st_mode) && entry.attr.st_nlink == 1) context.listings.NoteLookup(parent);
      }
      request->ReplyEntry(entry);
    };
    layer->image.Lookup(layer->Inner(parent), name, {done, request->interest()});
  });
}

void Forget(fuse_req_t req, fuse_ino_t, uint64_t) { fuse_reply_none(req); }
void ForgetMulti(fuse_req_t req, size_t, fuse_forget_data*) { fuse_reply_none(req); }

struct stat StatOfLayerDirectory(const LayerTree& tree) {
  struct stat st = {};
  st.st_ino = kRootInode;
  st.st_mode = S_IFDIR | 0755;
  st.st_nlink = static_cast<nlink_t>(2 + tree.layers().size());
  st.st_size = st.st_blksize = kBlockSize;
  return st;
}

void GetAttr(fuse_req_t req, fuse_ino_t ino, fuse_file_info*) {
  const LayerTree& tree = ContextOf(req).tree;
  const struct stat top = StatOfLayerDirectory(tree);
  if (tree.IsLayerDirectory(ino)) return (void)fuse_reply_attr(req, &top, kForEver);
  WithNode(req, ino, kReadFailed, [](Request& request, const Layer& layer, const Node& node) {
    request.ReplyAttributes(StatOf(layer, node), kForEver);
  });
}

void ReadLink(fuse_req_t req, fuse_ino_t ino) {
  WithNode(req, ino, EINVAL, [](Request& request, const Layer&, const Node& node) {
    if (!S_ISLNK(node.inode().mode)) return request.ReplyError(EINVAL);
    request.ReplyLink(node.shard->tree.targets[node.inode().target].c_str());
  });
}

// ENOSYS means: there is nothing to do on open, never ask again, and keep what is cached.
void Open(fuse_req_t req, fuse_ino_t, fuse_file_info*) { fuse_reply_err(req, ENOSYS); }
void OpenDir(fuse_req_t req, fuse_ino_t, fuse_file_info*) { fuse_reply_err(req, ENOSYS); }

void ReplyPieces(Request& request, const ReadParts& pieces) {
  static const char zeros[64 * 1024] = {};
  std::vector<iovec> parts;
  for (const ReadPart& piece : pieces) {
    if (piece.bytes != nullptr) {
      parts.push_back({const_cast<char*>(piece.bytes->data()) + piece.offset, piece.length});
      continue;
    }
    for (size_t left = piece.length; left > 0; left -= parts.back().iov_len)
      parts.push_back({const_cast<char*>(zeros), std::min(left, sizeof zeros)});
  }
  request.ReplyParts(parts);
}

void Read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, fuse_file_info*) {
  WithNode(req, ino, EISDIR, [size, offset](Request& request, const Layer& layer, const Node& node) {
    if (!S_ISREG(node.inode().mode)) return request.ReplyError(EINVAL);
    const auto read = [kept = request.shared_from_this()](const Result<ReadParts>& pieces) {
      if (!pieces.ok()) return kept->ReplyError(kReadFailed);
      ReplyPieces(*kept, *pieces);
    };
    layer.reader.Read(node, offset, size, {read, request.interest()});
  });
}

constexpr uint64_t kDots = 2;  // positions 1 and 2 follow "." and ".."

// The entries that fit into one reply.
class EntryBuffer {
 public:
  EntryBuffer(size_t size, bool with_attributes) : buffer_(size, '\0'), with_attributes_(with_attributes) {}

  // Returns false if it does not fit.
  bool Add(const char* name, const fuse_entry_param& entry, uint64_t position) {
    char* const at = buffer_.data() + used_;
    const size_t left = buffer_.size() - used_;
    const off_t next = static_cast<off_t>(position);
    const size_t size = with_attributes_ ? fuse_add_direntry_plus(nullptr, at, left, name, &entry, next)
                                         : fuse_add_direntry(nullptr, at, left, name, &entry.attr, next);
    if (size > left) return false;
    used_ += size;
    return true;
  }

  // This reply does not create inodes in the kernel: entry.ino stays 0.
  bool AddName(const char* name, uint64_t ino, uint32_t mode, uint64_t position) {
    fuse_entry_param entry = {};
    entry.attr.st_ino = ino;
    entry.attr.st_mode = mode;
    return Add(name, entry, position);
  }

  std::string_view bytes() const { return std::string_view(buffer_).substr(0, used_); }

 private:
  std::string buffer_;
  size_t used_ = 0;
  const bool with_attributes_;
};

bool AddDots(const DirectoryNumbers& numbers, uint64_t position, EntryBuffer& buffer) {
  if (position < 1 && !buffer.AddName(".", numbers.own, S_IFDIR, 1)) return false;
  return position >= 2 || buffer.AddName("..", numbers.parent, S_IFDIR, 2);
}

void AddRun(FuseContext& context, const Layer& layer, const EntryRun& run, bool all_attributes, EntryBuffer& buffer) {
  for (uint32_t i = run.begin; i < run.end; ++i) {
    const TreeEntry& entry = run.shard->tree.entries[i];
    const uint64_t next = run.PositionAfter(i);
    const auto node = layer.image.LoadedNode(run, entry);
    const uint32_t mode = node ? node->inode().mode : 0;
    const bool fits =
        node && (all_attributes || S_ISDIR(mode))
            ? buffer.Add(entry.name.c_str(), EntryOf(context, layer, *node), next)
            : buffer.AddName(entry.name.c_str(), layer.Outer(layer.image.InodeOf(run, entry)), mode, next);
    if (!fits) return;
  }
}

// Positions: 1 and 2 as in any directory, then one for each layer.
void ListLayers(Request& request, const LayerTree& tree, uint64_t position, EntryBuffer buffer) {
  bool room = AddDots({kRootInode, kRootInode}, position, buffer);
  for (uint64_t i = std::max(position, kDots) - kDots; room && i < tree.layers().size(); ++i)
    room = buffer.AddName(std::to_string(i + 1).c_str(), tree.layers()[i].Outer(kRootInode), S_IFDIR, kDots + i + 1);
  request.ReplyBytes(buffer.bytes());
}

// As the kernel knows them. The directory of the layers is above the root of each.
DirectoryNumbers OuterNumbers(const LayerTree& tree, const Layer& layer, const DirectoryNumbers& inner) {
  const bool is_layer_root = tree.layers().size() > 1 && inner.own == kRootInode;
  return {layer.Outer(inner.own), is_layer_root ? kRootInode : layer.Outer(inner.parent)};
}

void ReadDirectory(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, bool plus) {
  Handle(req, [&](const RequestPtr& request, FuseContext& context) {
    const auto position = static_cast<uint64_t>(offset);
    if (context.tree.IsLayerDirectory(ino))
      return ListLayers(*request, context.tree, position, EntryBuffer(size, plus));
    const Layer* layer = context.tree.Find(ino);
    if (layer == nullptr) return request->ReplyError(kReadFailed);
    const auto done = [=, &context](const Result<DirectoryPart>& part) {
      if (!part.ok()) return request->ReplyError(kReadFailed);
      EntryBuffer buffer(size, plus);
      const bool room = AddDots(OuterNumbers(context.tree, *layer, part->numbers), position, buffer);
      if (room && part->run) AddRun(context, *layer, *part->run, context.listings.AllAttributes(ino), buffer);
      request->ReplyBytes(buffer.bytes());
    };
    layer->image.ReadDirectory(layer->Inner(ino), position <= kDots ? 0 : position, {done, request->interest()});
  });
}

void ReadDir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, fuse_file_info*) {
  ReadDirectory(req, ino, size, offset, false);
}

void ReadDirPlus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, fuse_file_info*) {
  ReadDirectory(req, ino, size, offset, true);
}

void StatFs(fuse_req_t req, fuse_ino_t) {
  const ImageTotals& totals = ContextOf(req).tree.totals();
  struct statvfs st = {};
  st.f_bsize = st.f_frsize = kBlockSize;
  st.f_blocks = (totals.data_bytes + kBlockSize - 1) / kBlockSize;
  st.f_files = totals.inodes;
  st.f_namemax = NAME_MAX;
  st.f_flag = ST_RDONLY;
  fuse_reply_statfs(req, &st);
}

// The value or list, or only its size when the caller gives no room.
void ReplyXattr(Request& request, size_t room, std::string_view value) {
  if (room == 0) return request.ReplySize(value.size());
  if (value.size() > room) return request.ReplyError(ERANGE);
  request.ReplyBytes(value);
}

const XattrSet* XattrsOf(const Node& node) {
  const uint32_t set = node.inode().xattr_set;
  return set == 0 ? nullptr : &node.shard->tree.xattr_sets[set - 1];
}

bool HasXattrs(fuse_req_t req) { return (ContextOf(req).tree.features() & kHasXattr) != 0; }

void GetXattr(fuse_req_t req, fuse_ino_t ino, const char* name, size_t size) {
  if (!HasXattrs(req)) {
    fuse_reply_err(req, ENOSYS);  // and the kernel never asks again
    return;
  }
  WithNode(req, ino, ENODATA, [name = std::string(name), size](Request& request, const Layer&, const Node& node) {
    const XattrSet* set = XattrsOf(node);
    if (set == nullptr) return request.ReplyError(ENODATA);
    for (const Xattr& xattr : *set)
      if (xattr.name == name) return ReplyXattr(request, size, xattr.value);
    request.ReplyError(ENODATA);
  });
}

void ListXattr(fuse_req_t req, fuse_ino_t ino, size_t size) {
  // Not ENOSYS: the kernel would then report that lists are not supported.
  if (!HasXattrs(req) || ContextOf(req).tree.IsLayerDirectory(ino))
    return Handle(req, [size](const RequestPtr& request, FuseContext&) { ReplyXattr(*request, size, ""); });
  WithNode(req, ino, kReadFailed, [size](Request& request, const Layer&, const Node& node) {
    std::string names;
    if (const XattrSet* set = XattrsOf(node))
      for (const Xattr& xattr : *set)  // trusted.* is for the system administrator only: xattr(7)
        if (request.uid() == 0 || !xattr.name.starts_with("trusted."))
          names.append(xattr.name.c_str(), xattr.name.size() + 1);
    ReplyXattr(request, size, names);
  });
}

// The next data or hole at or after `offset`; -1 past the end.
off_t SeekIn(const Node& node, off_t offset, int whence) {
  const Inode& inode = node.inode();
  uint64_t at = static_cast<uint64_t>(offset);
  if (offset < 0 || at >= inode.size) return -1;
  const auto begin = node.shard->tree.extents.begin() + inode.extent_begin;
  for (auto it = begin; it != begin + inode.extent_count; ++it) {
    if (it->file_offset + it->length <= at) continue;
    const bool in_data = it->file_offset <= at;
    if (whence == SEEK_DATA) return static_cast<off_t>(in_data ? at : it->file_offset);
    if (!in_data) return static_cast<off_t>(at);
    at = it->file_offset + it->length;
  }
  if (whence == SEEK_DATA) return -1;
  return static_cast<off_t>(std::min(at, inode.size));
}

void Seek(fuse_req_t req, fuse_ino_t ino, off_t offset, int whence, fuse_file_info*) {
  if (whence != SEEK_DATA && whence != SEEK_HOLE) {
    fuse_reply_err(req, EINVAL);
    return;
  }
  WithNode(req, ino, EINVAL, [offset, whence](Request& request, const Layer&, const Node& node) {
    const off_t found = SeekIn(node, offset, whence);
    if (found < 0) return request.ReplyError(ENXIO);
    request.ReplyPosition(found);
  });
}

}  // namespace

const fuse_lowlevel_ops& FuseOperations() {
  static const fuse_lowlevel_ops operations = {
      .init = Init,
      .lookup = Lookup,
      .forget = Forget,
      .getattr = GetAttr,
      .readlink = ReadLink,
      .open = Open,
      .read = Read,
      .opendir = OpenDir,
      .readdir = ReadDir,
      .statfs = StatFs,
      .getxattr = GetXattr,
      .listxattr = ListXattr,
      .forget_multi = ForgetMulti,
      .readdirplus = ReadDirPlus,
      .lseek = Seek,
  };
  return operations;
}

}  // namespace rootstream

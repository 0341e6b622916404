#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "base/file_io.h"
#include "base/program_start.h"
#include "base/progress.h"
#include "base/tell.h"
#include "fusefs/commands/export.h"
#include "fusefs/image/view.h"

namespace rootstream {
namespace {

bool IsNotPermitted(int error) { return error == EPERM || error == EACCES || error == EOPNOTSUPP; }

class FolderWriter {
 public:
  FolderWriter(Client& client, int top) : view_(client), top_(top), total_(client.ref().manifest.totals.data_bytes) {}

  Status WriteTop() {
    RS_TRY(const Node root, view_.Find("/"));
    const auto enter = [this](const std::string& path, const std::string& name, const Node& node) {
      return WriteEntry(node, Folder(), name, path);
    };
    const auto leave = [this](const std::string& path, const std::string& name, const Node& node) {
      folders_.pop_back();
      return SetAttributes(node, Folder(), name, path);
    };
    RS_CHECK(view_.Walk(root, {enter, leave}));
    RS_CHECK(SetAttributes(root, top_, ".", "/"));
    progress_.End();
    if (left_out_ > 0)
      Tell("left out, for lack of permission: " + std::to_string(left_out_) +
           " owners, devices or attributes; the first: " + first_left_out_);
    return Ok();
  }

 private:
  int Folder() const { return folders_.empty() ? top_ : folders_.back().get(); }

  Status WriteEntry(const Node& node, int folder, const std::string& name, const std::string& path) {
    const Inode& inode = node.inode();
    if (S_ISDIR(inode.mode)) return EnterFolder(folder, name, path);
    if (inode.nlink > 1) {
      const auto [first, is_new] = links_.try_emplace(node.id(), path);
      if (!is_new) {
        if (linkat(top_, first->second.c_str() + 1, folder, name.c_str(), 0) == 0) return Ok();
        if (errno == ENOENT) return Ok();  // its first name was not exported
        return ErrnoError("cannot link", path);
      }
    }
    if (S_ISREG(inode.mode)) {
      RS_CHECK(WriteRegular(node, folder, name, path));
    } else if (S_ISLNK(inode.mode)) {
      const std::string& target = node.shard->tree.targets[inode.target];
      if (symlinkat(target.c_str(), folder, name.c_str()) != 0) return ErrnoError("cannot make symlink", path);
    } else {
      const dev_t device = makedev(inode.device_major, inode.device_minor);
      if (mknodat(folder, name.c_str(), (inode.mode & S_IFMT) | 0600, device) != 0) {
        if (!IsNotPermitted(errno)) return ErrnoError("cannot make", path);
        LeaveOut(path, errno);
        return Ok();
      }
    }
    return SetAttributes(node, folder, name, path);
  }

  Status EnterFolder(int folder, const std::string& name, const std::string& path) {
    if (mkdirat(folder, name.c_str(), 0700) != 0) return ErrnoError("cannot make folder", path);
    UniqueFd inside(openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inside) return ErrnoError("cannot open folder", path);
    folders_.push_back(std::move(inside));
    return Ok();
  }

  Status WriteRegular(const Node& node, int folder, const std::string& name, const std::string& path) {
    const UniqueFd fd(openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) return ErrnoError("cannot make", path);
    if (ftruncate(fd.get(), static_cast<off_t>(node.inode().size)) != 0) return ErrnoError("cannot size", path);
    const Status read = view_.ReadData(node, [&](uint64_t offset, std::string_view bytes) {
      progress_.Show(written_ += bytes.size(), total_, path);
      if (WriteFullyAt(fd.get(), bytes, offset)) return Ok();
      return Status(ErrnoError("cannot write", path));
    });
    return read.ok() ? Ok() : Status(Of(path, read.error()));
  }

  // The owner first: changing it clears set-user-id bits and capabilities.
  Status SetAttributes(const Node& node, int folder, const std::string& name, const std::string& path) {
    const Inode& inode = node.inode();
    if (fchownat(folder, name.c_str(), inode.uid, inode.gid, AT_SYMLINK_NOFOLLOW) != 0) {
      if (!IsNotPermitted(errno)) return ErrnoError("cannot set the owner of", path);
      LeaveOut(path, errno);
    }
    if (!S_ISLNK(inode.mode) && fchmodat(folder, name.c_str(), inode.mode & 07777, 0) != 0)
      return ErrnoError("cannot set the mode of", path);
    RS_CHECK(SetXattrs(node, folder, name, path));
    const timespec times[2] = {{inode.mtime_seconds, inode.mtime_nanoseconds},
                               {inode.mtime_seconds, inode.mtime_nanoseconds}};
    if (utimensat(folder, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
      return ErrnoError("cannot set the time of", path);
    return Ok();
  }

  Status SetXattrs(const Node& node, int folder, const std::string& name, const std::string& path) {
    if (node.inode().xattr_set == 0) return Ok();
    const std::string at = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
    for (const Xattr& xattr : node.shard->tree.xattr_sets[node.inode().xattr_set - 1]) {
      if (lsetxattr(at.c_str(), xattr.name.c_str(), xattr.value.data(), xattr.value.size(), 0) == 0) continue;
      if (!IsNotPermitted(errno)) return ErrnoError("cannot set " + xattr.name + " of", path);
      LeaveOut(path, errno);
    }
    return Ok();
  }

  void LeaveOut(const std::string& path, int error) {
    if (left_out_++ == 0) first_left_out_ = path + ": " + strerror(error);
  }

  View view_;
  const int top_;
  std::vector<UniqueFd> folders_;                    // nested, from the top to the current folder
  std::unordered_map<uint64_t, std::string> links_;  // by inode: the first name under which it was written
  const uint64_t total_;
  uint64_t written_ = 0;
  Progress progress_;
  size_t left_out_ = 0;
  std::string first_left_out_;
};

}  // namespace

Status ExportToFolder(Client& client, const std::string& folder) {
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return ErrnoError("cannot make folder", folder);
  RS_TRY(const auto names, NamesIn(folder));
  if (!names.empty()) return Invalid(folder + ": not empty");
  AllowManyOpenFiles();
  RS_TRY(const UniqueFd top, OpenFile(folder, O_RDONLY | O_DIRECTORY));
  return FolderWriter(client, top.get()).WriteTop();
}

}  // namespace rootstream

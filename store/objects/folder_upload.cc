#include "store/objects/folder_upload.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace rootstream {
namespace {

constexpr size_t kWriteSize = 1 << 20;  // bytes

// Locks the file, so that no clean-up removes it, and checks that it still exists then.
bool LockAtItsPlace(const UniqueFd& file, const std::string& path, int how) {
  struct stat here, there;
  return flock(file.get(), how | LOCK_NB) == 0 && fstat(file.get(), &here) == 0 && stat(path.c_str(), &there) == 0 &&
         here.st_ino == there.st_ino;
}

Result<std::pair<UniqueFd, std::string>> CreateFile(const std::string& folder) {
  while (true) {
    std::string path = folder + "/new-XXXXXX";
    UniqueFd file(mkostemp(path.data(), O_CLOEXEC));
    if (!file) return ErrnoError("cannot write to store", folder);
    if (LockAtItsPlace(file, path, LOCK_SH)) return std::pair(std::move(file), std::move(path));
  }
}

}  // namespace

Result<std::unique_ptr<FolderUpload>> FolderUpload::Begin(const std::string& store, const std::string& resume) {
  const std::string folder = store + "/tmp";
  RS_CHECK(MakeFolders(folder));
  if (!resume.empty()) {
    std::string path = folder + "/part-" + std::filesystem::path(resume).filename().string();
    RS_TRY(UniqueFd file, OpenFile(path, O_RDWR | O_CREAT | O_NOFOLLOW));
    if (LockAtItsPlace(file, path, LOCK_EX)) {
      fchmod(file.get(), 0644);
      return std::unique_ptr<FolderUpload>(new FolderUpload(store, std::move(path), std::move(file), true));
    }
  }
  // Nothing to resume, or another process is uploading it: each uploads its own, and the first one wins.
  RS_TRY(auto created, CreateFile(folder));
  fchmod(created.first.get(), 0644);
  return std::unique_ptr<FolderUpload>(
      new FolderUpload(store, std::move(created.second), std::move(created.first), false));
}

FolderUpload::~FolderUpload() {
  if (!file_) return;
  const bool is_of_use = stays_ && Flush().ok() && written_ > 0;
  if (!is_of_use) unlink(path_.c_str());
}

Status FolderUpload::Append(std::string_view bytes) {
  pending_ += bytes;
  return pending_.size() >= kWriteSize ? Flush() : Ok();
}

Status FolderUpload::Flush() {
  if (!WriteFullyAt(file_.get(), pending_, written_)) return ErrnoError("cannot write to store", path_);
  written_ += pending_.size();
  pending_.clear();
  return Ok();
}

Status FolderUpload::Restart() {
  pending_.clear();
  written_ = 0;
  return ftruncate(file_.get(), 0) == 0 ? Ok() : ErrnoError("cannot write to store", path_);
}

Result<std::string> FolderUpload::ReadBack(uint64_t offset, size_t size) {
  std::string bytes(size, '\0');
  const int64_t n = ReadFullyAt(file_.get(), bytes, offset);
  if (n < 0) return ErrnoError("cannot read", path_);
  bytes.resize(static_cast<size_t>(n));
  written_ = offset + bytes.size();
  return bytes;
}

Status FolderUpload::Commit(const std::string& name) {
  RS_CHECK(Flush());
  const std::string path = store_ + "/" + name;
  const std::string folder = std::filesystem::path(path).parent_path();
  RS_CHECK(MakeFolders(folder));
  if (fsync(file_.get()) != 0) return ErrnoError("cannot sync", path_);
  if (rename(path_.c_str(), path.c_str()) != 0) return ErrnoError("cannot write", path);
  file_.Close();
  return SyncFolder(folder);
}

}  // namespace rootstream

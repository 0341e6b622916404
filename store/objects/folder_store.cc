#include "store/objects/folder_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/unix_time.h"
#include "base/url_text.h"
#include "format/id.h"
#include "format/image_name.h"
#include "store/objects/folder_upload.h"
#include "store/objects/store_mark.h"
#include "store/objects/store_path.h"

namespace rootstream {
namespace {

using std::chrono::system_clock;

bool IsFolder(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

bool IsInUse(const std::string& path) {
  const auto fd = OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  return fd.ok() && flock(fd->get(), LOCK_EX | LOCK_NB) != 0;
}

ObjectInfo InfoOf(std::string name, const struct stat& st) {
  const auto time = TimePointOf(st.st_mtim.tv_sec) + std::chrono::nanoseconds(st.st_mtim.tv_nsec);
  return {std::move(name), static_cast<uint64_t>(st.st_size), time};
}

// nullopt: it was removed in the meantime. A dangling link is an error, since its target may come back.
Result<std::optional<struct stat>> Look(const std::string& path) {
  struct stat st;
  if (stat(path.c_str(), &st) == 0) return std::optional(st);
  const int error = errno;
  if (error == ENOENT && lstat(path.c_str(), &st) != 0) return std::optional<struct stat>();
  return Failed(ErrnoError("cannot look at", path, error).message);
}

bool IsNewUpload(const std::string& name) { return IsUploadName(name); }
bool IsNewManifest(const std::string& name) { return IdFromHex(FinalName(name)).has_value(); }
bool IsNewRef(const std::string& name) { return ParseImageName("name:" + std::string(FinalName(name))).ok(); }
bool IsNewVersion(const std::string& name) {
  const std::string_view number = FinalName(name);
  return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<FolderStore>> FolderStore::Open(const std::string& text) {
  RS_TRY(std::string path, StorePath(text));
  struct stat st;
  if (stat(path.c_str(), &st) != 0) return ErrnoError("cannot open store", path);
  if (!S_ISDIR(st.st_mode)) return Invalid(path + ": not a store but a file");
  RS_TRY(const FolderKind kind, KindOfFolder(path));
  // An empty store from before stores had marks.
  const bool is_new = kind == FolderKind::kUnused && IsFolder(path + "/packs") && IsFolder(path + "/images");
  if (kind == FolderKind::kForeign || (kind == FolderKind::kUnused && !is_new))
    return Invalid(path + ": not a store (it has no " + std::string(kStoreMark) + ", and no image)");
  return std::unique_ptr<FolderStore>(new FolderStore(std::move(path)));
}

Result<std::unique_ptr<FolderStore>> FolderStore::OpenOrCreate(const std::string& text) {
  RS_TRY(std::string path, StorePath(text));
  struct stat st;
  if (stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode)) return Invalid(path + ": not a store but a file");
  RS_CHECK(MakeFolders(path));
  RS_TRY(const FolderKind kind, KindOfFolder(path));
  if (kind == FolderKind::kForeign) return Invalid(path + ": not a store, and not empty; nothing was written");
  // The mark comes first, so that a publisher recognises the store after a crash.
  if (kind != FolderKind::kStore) RS_CHECK(WriteFileAtomically(path + "/" + std::string(kStoreMark), StoreMarkText()));
  for (const char* folder : {"packs", "images", "manifests", "tmp"}) RS_CHECK(MakeFolders(path + "/" + folder));
  return std::unique_ptr<FolderStore>(new FolderStore(std::move(path)));
}

Result<std::string> FolderStore::Get(const std::string& name, uint64_t offset, size_t size) const {
  const std::string path = PathOf(name);
  // O_NONBLOCK: opening a FIFO must not block; pread(2) then refuses it.
  RS_TRY(const UniqueFd file, OpenFile(path, O_RDONLY | O_NONBLOCK));
  struct stat st;
  if (fstat(file.get(), &st) != 0) return ErrnoError("cannot read", path);
  const auto end = static_cast<uint64_t>(st.st_size);
  std::string bytes(offset < end ? std::min<uint64_t>(size, end - offset) : 0, '\0');
  const int64_t n = ReadFullyAt(file.get(), bytes, offset);
  if (n < 0) return ErrnoError("cannot read", path);
  bytes.resize(static_cast<size_t>(n));
  return bytes;
}

Result<std::vector<ObjectInfo>> FolderStore::List(const std::string& folder) const {
  std::vector<ObjectInfo> found;
  RS_TRY(const auto names, NamesIn(PathOf(folder)));
  for (const std::string& name : names) {
    RS_TRY(const auto st, Look(PathOf(folder + "/" + name)));
    if (st && S_ISREG(st->st_mode)) found.push_back(InfoOf(folder + "/" + name, *st));
    if (st && S_ISDIR(st->st_mode)) RS_CHECK(ListBelow(folder + "/" + name, found));
  }
  return found;
}

// Names have at most one folder: "packs/ab…".
Status FolderStore::ListBelow(const std::string& folder, std::vector<ObjectInfo>& found) const {
  RS_TRY(const auto names, NamesIn(PathOf(folder)));
  for (const std::string& name : names) {
    RS_TRY(const auto st, Look(PathOf(folder + "/" + name)));
    if (st && S_ISREG(st->st_mode)) found.push_back(InfoOf(folder + "/" + name, *st));
  }
  return Ok();
}

Result<std::unique_ptr<Upload>> FolderStore::Put(const std::string& resume) {
  RS_TRY(std::unique_ptr<Upload> upload, FolderUpload::Begin(path_, resume));
  return upload;
}

bool FolderStore::Renew(const std::string& name, uint64_t size) {
  const std::string path = PathOf(name);
  struct stat st;
  if (stat(path.c_str(), &st) != 0 || static_cast<uint64_t>(st.st_size) < size) return false;
  (void)utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // owned by another user: gc's grace time must be enough
  return true;
}

Result<bool> FolderStore::Replace(const std::string& name, const Bytes& was, const Bytes& now) {
  const std::string path = PathOf(name), folder = std::filesystem::path(path).parent_path();
  RS_CHECK(MakeFolders(folder));
  RS_TRY(const UniqueFd turn, OpenFile(PathOf("lock.refs"), O_RDWR | O_CREAT));
  while (flock(turn.get(), LOCK_EX) != 0)
    if (errno != EINTR) return ErrnoError("cannot lock", PathOf("lock.refs"));
  const auto there = Get(name, 0, was ? was->size() + 1 : 0);
  if (!there.ok() && there.error().kind != ErrorKind::kMissing) return there.error();
  const bool is_as_it_was = there.ok() ? was && *there == *was : !was;
  if (!is_as_it_was) return false;
  if (now) {
    RS_CHECK(WriteFileAtomically(path, *now));
  } else if (was) {
    if (unlink(path.c_str()) != 0) return ErrnoError("cannot remove", path);
    RS_CHECK(SyncFolder(folder));
  }
  return true;
}

Status FolderStore::Delete(const std::vector<ObjectInfo>& objects, const Next& next) {
  std::set<std::string> folders;
  for (const ObjectInfo& object : objects) {
    RS_CHECK(next(object));
    const std::string path = PathOf(object.name);
    struct stat st;
    if (stat(path.c_str(), &st) != 0) continue;
    const ObjectInfo now = InfoOf(object.name, st);
    if (now.size != object.size || now.time != object.time) continue;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return ErrnoError("cannot remove", path);
    folders.insert(std::filesystem::path(path).parent_path());
  }
  for (const std::string& folder : folders) RS_CHECK(SyncFolder(folder));
  return Ok();
}

Status FolderStore::FindUploads(const std::string& folder, bool (*is_ours)(const std::string& name),
                                system_clock::time_point before, std::vector<ObjectInfo>& found) const {
  const auto names = NamesIn(PathOf(folder));
  if (!names.ok()) return Ok();  // not there, or not a folder
  for (const std::string& each : *names) {
    if (!is_ours(each)) continue;
    ObjectInfo info{folder + "/" + each, 0, {}};
    const std::string path = PathOf(info.name);
    struct stat st;
    if (stat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) continue;
    info = InfoOf(info.name, st);
    if (info.time <= before && !IsInUse(path)) found.push_back(std::move(info));
  }
  return Ok();
}

Result<ObjectStore::Leftovers> FolderStore::FindLeftovers(system_clock::time_point before,
                                                          const std::set<std::string>& going) const {
  Leftovers found;
  RS_CHECK(FindUploads("tmp", IsNewUpload, before, found.uploads));
  RS_CHECK(FindUploads("manifests", IsNewManifest, before, found.uploads));
  RS_TRY(const auto images, NamesIn(PathOf("images")));
  for (const std::string& name : images) RS_CHECK(FindUploads("images/" + name, IsNewRef, before, found.uploads));
  const auto versions = NamesIn(PathOf("versions"));
  if (!versions.ok() && versions.error().kind != ErrorKind::kMissing) return versions.error();
  if (versions.ok())
    for (const std::string& name : *versions)
      RS_CHECK(FindUploads("versions/" + name, IsNewVersion, before, found.uploads));
  std::set<std::string> all = going;
  for (const ObjectInfo& upload : found.uploads) all.insert(upload.name);
  for (const std::string parent : {"images", "packs", "versions"}) {
    if (parent == "versions" && !versions.ok()) continue;
    RS_TRY(const auto names, NamesIn(PathOf(parent)));
    for (const std::string& name : names) {
      const std::string folder = parent + "/" + name;
      struct stat st;
      if (stat(PathOf(folder).c_str(), &st) != 0 || !S_ISDIR(st.st_mode)) continue;
      if (TimePointOf(st.st_mtime) > before) continue;
      RS_TRY(const auto inside, NamesIn(PathOf(folder)));
      const auto goes = [&](const std::string& file) { return all.contains(folder + "/" + file); };
      if (std::all_of(inside.begin(), inside.end(), goes)) found.folders.push_back(folder);
    }
  }
  return found;
}

void FolderStore::RemoveFolders(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) (void)rmdir(PathOf(folder).c_str());
}

void FolderStore::RemoveAbandonedUploads() {
  const auto names = NamesIn(PathOf("tmp"));
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!IsUploadName(name)) continue;
    const std::string path = PathOf("tmp/" + name);
    const auto fd = OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    const bool is_file = fd.ok() && fstat(fd->get(), &st) == 0 && S_ISREG(st.st_mode);
    if (is_file && flock(fd->get(), LOCK_EX | LOCK_NB) == 0) unlink(path.c_str());
  }
}

Result<ReaderAddress> FolderStore::ForReaders() const {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(path_, error);
  if (error) return Failed("cannot look at " + path_ + ": " + error.message());
  return ReaderAddress{"file://" + UriEncoded(absolute, true), std::nullopt};
}

Result<bool> FolderStore::TryLock(StoreLock kind) {
  RS_TRY(UniqueFd fd, OpenFile(PathOf("lock"), O_RDWR | O_CREAT));
  if (flock(fd.get(), (kind == StoreLock::kShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) {
    lock_ = std::move(fd);
    return true;
  }
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  return ErrnoError("cannot lock", PathOf("lock"));
}

}  // namespace rootstream

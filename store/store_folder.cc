#include "store/store_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "format/chunk.h"
#include "format/limits.h"
#include "store/store_mark.h"
#include "store/store_path.h"

namespace rootstream {
namespace {

bool IsFolder(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

}  // namespace

Result<StoreFolder> StoreFolder::Open(const std::string& text) {
  RS_TRY(std::string path, StorePath(text));
  struct stat st;
  if (stat(path.c_str(), &st) != 0) return ErrnoError("cannot open store", path);
  if (!S_ISDIR(st.st_mode)) return Invalid(path + ": not a store but a file");
  RS_TRY(const FolderKind kind, KindOfFolder(path));
  // One that is still empty, made before there were marks.
  const bool is_new = kind == FolderKind::kUnused && IsFolder(path + "/packs") && IsFolder(path + "/images");
  if (kind == FolderKind::kForeign || (kind == FolderKind::kUnused && !is_new))
    return Invalid(path + ": not a store (it has no " + std::string(kStoreMark) + ", and no image)");
  return StoreFolder(std::move(path));
}

Result<StoreFolder> StoreFolder::OpenOrCreate(const std::string& text) {
  RS_TRY(std::string path, StorePath(text));
  struct stat st;
  if (stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode)) return Invalid(path + ": not a store but a file");
  RS_CHECK(MakeFolders(path));
  RS_TRY(const FolderKind kind, KindOfFolder(path));
  if (kind == FolderKind::kForeign)
    return Invalid(path + ": not a store, and not empty; nothing was written");
  StoreFolder store(std::move(path));
  // Before all else: a publisher that comes next, or after a crash, knows it.
  RS_CHECK(store.WriteMark());
  for (const char* folder : {"packs", "images", "manifests", "tmp"})
    RS_CHECK(MakeFolders(store.PathOf(folder)));
  return store;
}

Status StoreFolder::WriteMark() const {
  RS_TRY(const FolderKind kind, KindOfFolder(path_));
  return kind == FolderKind::kStore ? Ok() : WriteStoreMark(path_);
}

Status StoreFolder::Lock(StoreLock kind) {
  RS_TRY(lock_, OpenFile(PathOf("lock"), O_RDWR | O_CREAT));
  while (flock(lock_.get(), kind == StoreLock::kShared ? LOCK_SH : LOCK_EX) != 0)
    if (errno != EINTR) return ErrnoError("cannot lock", PathOf("lock"));
  return Ok();
}

Result<bool> StoreFolder::TryLock(StoreLock kind) {
  RS_TRY(UniqueFd fd, OpenFile(PathOf("lock"), O_RDWR | O_CREAT));
  if (flock(fd.get(), (kind == StoreLock::kShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) {
    lock_ = std::move(fd);
    return true;
  }
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  return ErrnoError("cannot lock", PathOf("lock"));
}

void StoreFolder::CleanTemporary() const {
  const auto names = NamesIn(PathOf("tmp"));
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    if (!IsNewPackName(name)) continue;
    const std::string path = PathOf("tmp/" + name);
    const auto fd = OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    const bool is_file = fd.ok() && fstat(fd->get(), &st) == 0 && S_ISREG(st.st_mode);
    if (is_file && flock(fd->get(), LOCK_EX | LOCK_NB) == 0) unlink(path.c_str());
  }
}

Result<std::pair<UniqueFd, std::string>> StoreFolder::CreateTemporary() const {
  RS_CHECK(MakeFolders(PathOf("tmp")));
  while (true) {
    std::string path = PathOf("tmp/new-XXXXXX");
    UniqueFd fd(mkostemp(path.data(), O_CLOEXEC));
    if (!fd) return ErrnoError("cannot write to store", PathOf("tmp"));
    fchmod(fd.get(), 0644);
    struct stat here, there;
    // Between its making and its lock another's clean-up may have taken it.
    const bool locked = flock(fd.get(), LOCK_SH | LOCK_NB) == 0;
    if (locked && fstat(fd.get(), &here) == 0 && stat(path.c_str(), &there) == 0 &&
        here.st_ino == there.st_ino)
      return std::pair(std::move(fd), std::move(path));
  }
}

Result<std::vector<ImageName>> StoreFolder::ListImages() const {
  std::vector<ImageName> images;
  RS_TRY(const auto names, NamesIn(PathOf("images")));
  for (const std::string& name : names) {
    const std::string folder = PathOf("images/" + name);
    struct stat st;
    if (stat(folder.c_str(), &st) == 0 && !S_ISDIR(st.st_mode)) continue;
    // One that cannot be read is no reason to think that its images are gone.
    RS_TRY(const auto tags, NamesIn(folder));
    for (const std::string& tag : tags)
      if (auto image = ParseImageName(name + ":" + tag); image.ok()) images.push_back(*image);
  }
  return images;
}

Result<std::vector<Id>> StoreFolder::ListIds(const std::string& folder) const {
  std::vector<Id> ids;
  RS_TRY(const auto names, NamesIn(PathOf(folder)));
  for (const std::string& name : names)
    if (const auto id = IdFromHex(name)) ids.push_back(*id);
  return ids;
}

Result<std::vector<Id>> StoreFolder::ListPacks() const {
  std::vector<Id> packs;
  RS_TRY(const auto folders, NamesIn(PathOf("packs")));
  for (const std::string& folder : folders) {
    const bool is_ours = folder.size() == 2 && folder.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_ours) continue;
    RS_TRY(const auto ids, ListIds("packs/" + folder));
    packs.insert(packs.end(), ids.begin(), ids.end());
  }
  return packs;
}

Result<std::vector<Id>> StoreFolder::ListManifests() const { return ListIds("manifests"); }

Result<std::string> StoreFolder::ReadRef(const ImageName& image) const {
  return ReadWholeFile(PathOf(image.RefPath()), kMaxRef);
}

Result<std::string> StoreFolder::ReadObject(const ObjectRef& ref) const {
  const std::string path = PathOf(PackPath(ref.pack));
  RS_TRY(const UniqueFd fd, OpenFile(path, O_RDONLY));
  std::string stored(ref.stored_size, '\0');
  const int64_t n = ReadFullyAt(fd.get(), stored, ref.offset);
  if (n < 0) return ErrnoError("cannot read", path);
  stored.resize(n);
  const auto verified = Verify(stored, ref.id);
  if (!verified.ok()) return Of(path, verified.error());
  auto plain = rootstream::Open(*verified, ref.plain_size);
  if (!plain.ok()) return Of(path + ": object " + ref.id.Hex(), plain.error());
  return plain;
}

bool StoreFolder::RenewPack(const Id& pack, uint64_t size) const {
  const std::string path = PathOf(PackPath(pack));
  struct stat st;
  if (stat(path.c_str(), &st) != 0 || static_cast<uint64_t>(st.st_size) < size) return false;
  (void)utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // another user's: gc's grace time has to do
  return true;
}

Status StoreFolder::CommitPack(const UniqueFd& file, const std::string& temporary,
                               const Id& pack) const {
  const std::string path = PathOf(PackPath(pack));
  const std::string folder = path.substr(0, path.rfind('/'));
  RS_CHECK(MakeFolders(folder));
  if (fsync(file.get()) != 0) return ErrnoError("cannot sync", temporary);
  if (rename(temporary.c_str(), path.c_str()) != 0) return ErrnoError("cannot write", path);
  return SyncFolder(folder);
}

Status StoreFolder::WriteManifest(const std::string& manifest) const {
  RS_CHECK(MakeFolders(PathOf("manifests")));
  return WriteFileAtomically(PathOf("manifests/" + Sha256(manifest).Hex()), manifest);
}

void StoreFolder::RenewManifest(const Id& manifest) const {
  const std::string path = PathOf("manifests/" + manifest.Hex());
  (void)utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // another user's: it is kept less long
}

Status StoreFolder::ReplaceRef(
    const ImageName& image,
    const std::function<Result<std::string>(uint64_t last_serial)>& make) const {
  RS_CHECK(MakeFolders(PathOf("images/" + image.name)));
  RS_TRY(const UniqueFd turn, OpenFile(PathOf("lock.refs"), O_RDWR | O_CREAT));
  while (flock(turn.get(), LOCK_EX) != 0)
    if (errno != EINTR) return ErrnoError("cannot lock", PathOf("lock.refs"));
  uint64_t last_serial = 0;
  std::optional<Id> replaced;
  const auto there = ReadRef(image);
  if (there.ok()) {
    const auto ref = Ref::Decode(*there);
    const auto body = ref.ok() ? Ref::DecodeBody(ref->body) : Result<RefBody>(ref.error());
    // A serial that cannot be read must not be given again.
    if (!body.ok()) return Of(PathOf(image.RefPath()), body.error());
    last_serial = body->serial;
    replaced = Sha256(body->manifest);
  } else if (there.error().kind != ErrorKind::kMissing) {
    return there.error();
  }
  RS_TRY(const std::string bytes, make(last_serial));
  if (replaced) RenewManifest(*replaced);
  RS_CHECK(WriteFileAtomically(PathOf(image.RefPath()), bytes));
  return WriteImageList();
}

Status StoreFolder::WriteImageList() const {
  RS_TRY(const auto images, ListImages());
  std::string list;
  for (const ImageName& image : images) list += image.ToString() + "\n";
  return WriteFileAtomically(PathOf("images.list"), list);
}

}  // namespace rootstream

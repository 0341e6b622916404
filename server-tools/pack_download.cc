#include "server-tools/pack_download.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kReadSize = 1 << 20;

// Locked, so that no publisher clears it away; and still there once it is locked.
bool LockWhatIsThere(const UniqueFd& file, const std::string& path) {
  struct stat here, there;
  return flock(file.get(), LOCK_EX | LOCK_NB) == 0 && fstat(file.get(), &here) == 0 &&
         stat(path.c_str(), &there) == 0 && here.st_ino == there.st_ino;
}

}  // namespace

PackDownload::~PackDownload() {
  const bool is_of_use = is_named_after_pack_ && size_ > 0;
  if (file_ && !is_of_use) unlink(temporary_.c_str());
}

uint64_t PackDownload::limit() const { return kMaxPack; }

Result<uint64_t> PackDownload::Begin() {
  if (!file_) {
    RS_CHECK(OpenTemporary());
    RS_CHECK(ReadWhatIsThere());
  }
  return size_;
}

Status PackDownload::OpenTemporary() {
  RS_CHECK(MakeFolders(store_.PathOf("tmp")));
  temporary_ = store_.PathOf("tmp/part-" + id_.Hex());
  RS_TRY(UniqueFd file, OpenFile(temporary_, O_RDWR | O_CREAT | O_NOFOLLOW));
  if (LockWhatIsThere(file, temporary_)) {
    fchmod(file.get(), 0644);
    is_named_after_pack_ = true;
    file_ = std::move(file);
    return Ok();
  }
  // Another process fetches the same pack: each its own, whoever is first.
  RS_TRY(auto other, store_.CreateTemporary());
  file_ = std::move(other.first);
  temporary_ = std::move(other.second);
  return Ok();
}

Status PackDownload::ReadWhatIsThere() {
  std::string bytes(kReadSize, '\0');
  while (size_ < kMaxPack) {
    const int64_t n = ReadFullyAt(file_.get(), bytes, size_);
    if (n < 0) return ErrnoError("cannot read", temporary_);
    hash_.Update(std::string_view(bytes).substr(0, n));
    size_ += n;
    if (n < static_cast<int64_t>(bytes.size())) break;
  }
  return Ok();
}

Status PackDownload::Restart() {
  (void)hash_.Finish();
  size_ = 0;
  return ftruncate(file_.get(), 0) == 0 ? Ok() : ErrnoError("cannot write to store", temporary_);
}

Status PackDownload::Take(std::string_view bytes) {
  if (!WriteFullyAt(file_.get(), bytes, size_))
    return ErrnoError("cannot write to store", temporary_);
  hash_.Update(bytes);
  size_ += bytes.size();
  return Ok();
}

Status PackDownload::Finish() {
  if (hash_.Finish() != id_)
    return Corrupt("pack " + id_.Hex() + ": its bytes have another hash than its name");
  RS_CHECK(store_.CommitPack(file_, temporary_, id_));
  file_.Close();
  return Ok();
}

}  // namespace rootstream

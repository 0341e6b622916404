#include "chunker/pack_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rootstream {
namespace {

constexpr size_t kWriteSize = 1 << 20;
constexpr size_t kMaxFinishing = 4;  // packs being synced at a time

}  // namespace

PackWriter::~PackWriter() {
  for (auto& finishing : finishing_)
    if (finishing.valid()) finishing.wait();
  if (file_) unlink(path_.c_str());
}

Status PackWriter::Begin() {
  RS_TRY(auto temporary, store_.CreateTemporary());
  file_ = std::move(temporary.first);
  path_ = std::move(temporary.second);
  pending_ = PackHeader();
  hash_.Update(pending_);
  size_ = pending_.size();
  return Ok();
}

Result<PackWriter::Place> PackWriter::Append(std::string_view stored) {
  if (!file_) RS_CHECK(Begin());
  const Place place{open_number(), static_cast<uint32_t>(size_)};
  hash_.Update(stored);
  pending_ += stored;
  size_ += stored.size();
  if (pending_.size() >= kWriteSize) {
    if (!WriteFullyAt(file_.get(), pending_, size_ - pending_.size()))
      return ErrnoError("cannot write to store", path_);
    pending_.clear();
  }
  return place;
}

Status PackWriter::Close() {
  if (!file_) return Ok();
  if (!WriteFullyAt(file_.get(), pending_, size_ - pending_.size()))
    return ErrnoError("cannot write to store", path_);
  pending_.clear();
  const Id id = hash_.Finish();
  ids_.push_back(id);
  const std::string path = store_.PathOf(PackPath(id));
  struct stat st;
  if (stat(path.c_str(), &st) == 0 && static_cast<uint64_t>(st.st_size) == size_) {
    store_.RenewPack(id, size_);
    unlink(path_.c_str());
    file_.Close();
    return Ok();
  }
  new_bytes_ += size_;
  // A disk that syncs slowly holds publishing up, rather than threads and open files adding up.
  if (finishing_.size() >= kMaxFinishing) finishing_[finishing_.size() - kMaxFinishing].wait();
  finishing_.push_back(
      std::async(std::launch::async, [this, file = std::move(file_), from = path_, id] {
        const Status status = store_.CommitPack(file, from, id);
        if (!status.ok()) unlink(from.c_str());
        return status;
      }));
  file_ = UniqueFd();
  return Ok();
}

Status PackWriter::Finish() {
  RS_CHECK(Close());
  Status first;
  for (auto& finishing : finishing_) {
    Status status = finishing.get();
    if (first.ok()) first = std::move(status);
  }
  finishing_.clear();
  return first;
}

}  // namespace rootstream

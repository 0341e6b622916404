#include "chunker/pack_writer.h"

#include <memory>

namespace rootstream {
namespace {

constexpr size_t kMaxFinishing = 4;  // packs being synced at a time

}  // namespace

PackWriter::~PackWriter() {
  for (auto& finishing : finishing_)
    if (finishing.valid()) finishing.wait();
}

Status PackWriter::Begin() {
  RS_TRY(upload_, store_.objects().Put());
  const std::string header = PackHeader();
  hash_.Update(header);
  size_ = header.size();
  return upload_->Append(header);
}

Result<PackWriter::Place> PackWriter::Append(std::string_view stored) {
  if (upload_ == nullptr) RS_CHECK(Begin());
  const Place place{open_number(), static_cast<uint32_t>(size_)};
  hash_.Update(stored);
  size_ += stored.size();
  RS_CHECK(upload_->Append(stored));
  return place;
}

Status PackWriter::Close() {
  if (upload_ == nullptr) return Ok();
  const Id id = hash_.Finish();
  ids_.push_back(id);
  if (store_.RenewPack(id, size_)) {
    upload_.reset();
    return Ok();
  }
  new_bytes_ += size_;
  // If the disk syncs slowly, publishing waits, so that threads and open files do not pile up.
  if (finishing_.size() >= kMaxFinishing) finishing_[finishing_.size() - kMaxFinishing].wait();
  finishing_.push_back(std::async(std::launch::async, [upload = std::shared_ptr<Upload>(std::move(upload_)), id] {
    return upload->Commit(PackPath(id));
  }));
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

#include "server-tools/pack_download.h"

#include "format/limits.h"

namespace rootstream {
namespace {

constexpr size_t kReadSize = 1 << 20;  // bytes

}  // namespace

uint64_t PackDownload::limit() const { return kMaxPack; }

Result<uint64_t> PackDownload::Begin() {
  if (upload_ == nullptr) {
    RS_TRY(upload_, store_.objects().Put(path_));
    RS_CHECK(ReadWhatIsThere());
  }
  return size_;
}

Status PackDownload::ReadWhatIsThere() {
  while (size_ < kMaxPack) {
    RS_TRY(const std::string bytes, upload_->ReadBack(size_, kReadSize));
    hash_.Update(bytes);
    size_ += bytes.size();
    if (bytes.size() < kReadSize) break;
  }
  return Ok();
}

Status PackDownload::Restart() {
  (void)hash_.Finish();
  size_ = 0;
  return upload_->Restart();
}

Status PackDownload::Take(std::string_view bytes) {
  RS_CHECK(upload_->Append(bytes));
  hash_.Update(bytes);
  size_ += bytes.size();
  return Ok();
}

Status PackDownload::Finish() {
  if (hash_.Finish() != id_) return Corrupt("pack " + id_.Hex() + ": its bytes have another hash than its name");
  RS_CHECK(upload_->Commit(path_));
  upload_.reset();
  return Ok();
}

}  // namespace rootstream

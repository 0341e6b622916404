#include "base/spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

namespace rootstream {
namespace {

constexpr size_t kPiece = 1 << 20;
constexpr size_t kLengthSize = 4;

std::string SpoolFolder() {
  const char* folder = getenv("TMPDIR");
  return folder != nullptr && *folder == '/' ? folder : "/var/tmp";
}

}  // namespace

Result<Spool> Spool::Create() {
  const std::string folder = SpoolFolder();
  UniqueFd fd(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd) {  // a filesystem without O_TMPFILE
    std::string path = folder + "/rootstream-spool-XXXXXX";
    fd = UniqueFd(mkostemp(path.data(), O_CLOEXEC));
    if (!fd) return ErrnoError("cannot make a spool file in", folder);
    unlink(path.c_str());
  }
  return Spool(std::move(fd));
}

Status Spool::Flush() {
  if (!WriteFullyAt(fd_.get(), pending_, written_)) return ErrnoError("cannot write the spool file in", SpoolFolder());
  written_ += pending_.size();
  pending_.clear();
  return Ok();
}

Result<uint64_t> Spool::Append(std::string_view bytes) {
  const uint64_t at = size();
  pending_ += bytes;
  if (pending_.size() >= kPiece) RS_CHECK(Flush());
  return at;
}

Result<uint64_t> Spool::AppendSized(std::string_view bytes) {
  std::string sized(kLengthSize, '\0');
  for (size_t i = 0; i < kLengthSize; ++i) sized[i] = static_cast<char>(bytes.size() >> (8 * i));
  sized += bytes;
  return Append(sized);
}

Result<std::string> Spool::Read(uint64_t offset, size_t size) {
  if (!pending_.empty()) RS_CHECK(Flush());
  if (offset < window_at_ || offset + size > window_at_ + window_.size()) {
    window_.resize(std::max(size, kPiece));
    window_at_ = offset;
    const int64_t n = ReadFullyAt(fd_.get(), window_, offset);
    if (n < static_cast<int64_t>(size)) return ErrnoError("cannot read the spool file in", SpoolFolder());
    window_.resize(n);
  }
  return window_.substr(offset - window_at_, size);
}

Result<std::string> Spool::ReadSized(uint64_t& offset) {
  RS_TRY(const std::string length, Read(offset, kLengthSize));
  size_t size = 0;
  for (size_t i = 0; i < kLengthSize; ++i) size |= size_t{static_cast<uint8_t>(length[i])} << (8 * i);
  RS_TRY(std::string bytes, Read(offset + kLengthSize, size));
  offset += kLengthSize + size;
  return bytes;
}

}  // namespace rootstream

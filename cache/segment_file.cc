#include "cache/segment_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "format/bytes.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr std::string_view kSegmentMagic("RSSEG\r\n\0", 8);
constexpr std::string_view kRecordMagic = "RSRC";

std::string RecordHeader(const Id& id, uint32_t stored_size) {
  Encoder out;
  out.Raw(kRecordMagic);
  out.U32(stored_size);
  out.Raw(id.view());
  const Id check = Sha256(out.bytes());
  out.Raw(check.view().substr(0, 4));
  return out.Take();
}

// Errors that say nothing about the file.
bool IsShortage(int error) { return error == EMFILE || error == ENFILE || error == ENOMEM; }

}  // namespace

Result<SegmentFile> SegmentFile::Create(const std::string& path) {
  RS_TRY(UniqueFd fd, OpenFile(path, O_RDWR | O_CREAT | O_EXCL, 0600));
  if (!WriteFullyAt(fd.get(), kSegmentMagic, 0)) return ErrnoError("cannot write", path);
  return SegmentFile(std::move(fd));
}

Result<SegmentFile> SegmentFile::OpenForReading(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd && IsShortage(errno)) return Unavailable("cannot open " + path + " now: " + strerror(errno));
  if (!fd) return ErrnoError("cannot open", path);
  std::string magic(kSegmentHeaderSize, '\0');
  const int64_t n = ReadFullyAt(fd.get(), magic, 0);
  if (n < 0) return ErrnoError("cannot read", path);
  if (n != static_cast<int64_t>(magic.size()) || magic != kSegmentMagic) return Corrupt(path + ": not a cache segment");
  return SegmentFile(std::move(fd));
}

bool SegmentFile::WriteRecord(uint64_t at, const Id& id, std::string_view stored) const {
  const std::string header = RecordHeader(id, static_cast<uint32_t>(stored.size()));
  // Writes the bytes first, so that a readable header has its bytes after it, unless the machine crashed.
  return WriteFullyAt(fd_.get(), stored, at + kRecordHeaderSize) && WriteFullyAt(fd_.get(), header, at);
}

std::optional<std::string> SegmentFile::Read(uint64_t offset, uint32_t size) const {
  std::string bytes(size, '\0');
  if (ReadFullyAt(fd_.get(), bytes, offset) != static_cast<int64_t>(size)) return std::nullopt;
  return bytes;
}

uint64_t SegmentFile::Scan(uint64_t from, const std::function<void(const SegmentRecord&)>& found) const {
  const uint64_t end = FileSize();
  uint64_t at = from;
  std::string header(kRecordHeaderSize, '\0');
  while (at + kRecordHeaderSize <= end) {
    if (ReadFullyAt(fd_.get(), header, at) != static_cast<int64_t>(header.size())) break;
    Decoder in(std::string_view(header).substr(4));
    const uint32_t size = in.U32();
    const Id id = IdFromBytes(in.Raw(kIdSize));
    if (size == 0 || size > kMaxStored || header != RecordHeader(id, size)) break;
    const uint64_t offset = at + kRecordHeaderSize;
    if (size > end - offset) break;
    found({id, offset, size});
    at = offset + size;
  }
  return at;
}

uint64_t SegmentFile::FileSize() const {
  struct stat st;
  return fstat(fd_.get(), &st) == 0 ? st.st_size : 0;
}

}  // namespace rootstream

#include "chunker/source/tar_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/interrupt.h"

namespace rootstream {
namespace {

constexpr size_t kPieceSize = 256 << 10;

std::string ErrorOf(archive* reader) {
  const char* text = archive_error_string(reader);
  return text != nullptr ? text : "damaged";
}

}  // namespace

TarStream::TarStream() : archive_(archive_read_new()) {
  archive_read_support_filter_all(archive_);
  archive_read_support_format_raw(archive_);
  archive_read_support_format_empty(archive_);
}

TarStream::~TarStream() { archive_read_free(archive_); }

Status TarStream::Open(const std::string& path) {
  if (path == "-") {
    fd_ = UniqueFd(fcntl(0, F_DUPFD_CLOEXEC, 3));
    if (!fd_) return ErrnoError("cannot read", "standard input");
  } else {
    RS_TRY(fd_, OpenFile(path, O_RDONLY));
  }
  RS_TRY(const std::string_view begin, ReadFile());
  input_is_ready_ = true;
  is_compressed_ = Gunzip::IsGzip(begin);
  if (is_compressed_) gunzip_ = std::make_unique<Gunzip>([this] { return ReadFile(); });
  const int opened = archive_read_open(archive_, this, nullptr, GiveInput, nullptr);
  archive_entry* entry = nullptr;
  const int code = opened == ARCHIVE_OK ? archive_read_next_header(archive_, &entry) : opened;
  ended_ = code == ARCHIVE_EOF;
  if (code != ARCHIVE_OK && code != ARCHIVE_WARN && code != ARCHIVE_EOF) return Invalid(ErrorOf(archive_));
  is_compressed_ = is_compressed_ || archive_filter_code(archive_, 0) != ARCHIVE_FILTER_NONE;
  return Ok();
}

// At the beginning it is asked twice for the same bytes: once to see what they are.
Result<std::string_view> TarStream::ReadFile() {
  if (std::exchange(input_is_ready_, false)) return std::string_view(input_);
  input_.resize(kPieceSize);
  size_t size = 0;
  while (size < kPieceSize) {  // several reads of a pipe, so that there are enough bytes to detect the format
    const ssize_t n = read(fd_.get(), input_.data() + size, input_.size() - size);
    if (n < 0 && errno == EINTR && !WasInterrupted()) continue;
    if (n < 0) return Failed(strerror(errno));
    if (n == 0) break;
    size += n;
  }
  input_.resize(size);
  return std::string_view(input_);
}

Result<std::string_view> TarStream::ReadInput() { return gunzip_ != nullptr ? gunzip_->Next() : ReadFile(); }

ssize_t TarStream::GiveInput(archive* reader, void* self, const void** piece) {
  const auto input = static_cast<TarStream*>(self)->ReadInput();
  if (!input.ok()) {
    archive_set_error(reader, EIO, "%s", input.error().message.c_str());
    return ARCHIVE_FATAL;
  }
  *piece = input->data();
  return static_cast<ssize_t>(input->size());
}

bool TarStream::Fill() {
  if (ended_ || failed_) return false;
  piece_.resize(kPieceSize);
  const la_ssize_t n = archive_read_data(archive_, piece_.data(), piece_.size());
  if (n < 0) {
    failed_ = true;
    error_ = ErrorOf(archive_);
  }
  ended_ = n <= 0;
  piece_.resize(ended_ ? 0 : n);
  return !ended_;
}

std::string_view TarStream::Next() {
  if (!peeked_.empty()) {
    piece_ = std::exchange(peeked_, {});
    return piece_;
  }
  return Fill() ? std::string_view(piece_) : std::string_view();
}

std::string_view TarStream::Peek(size_t size) {
  while (peeked_.size() < size && Fill()) peeked_ += piece_;
  return std::string_view(peeked_).substr(0, size);
}

}  // namespace rootstream

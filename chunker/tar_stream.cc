#include "chunker/tar_stream.h"

#include <archive.h>
#include <archive_entry.h>

#include <string_view>

namespace rootstream {
namespace {

constexpr size_t kPieceSize = 256 << 10;
constexpr std::string_view kNegativeZero = " mtime=-0.";

}  // namespace

TarStream::TarStream() : archive_(archive_read_new()), piece_(kPieceSize, '\0') {
  archive_read_support_filter_all(archive_);
  archive_read_support_format_raw(archive_);
  archive_read_support_format_empty(archive_);
}

TarStream::~TarStream() { archive_read_free(archive_); }

bool TarStream::Open(const std::string& path) {
  const int opened = path == "-" ? archive_read_open_fd(archive_, 0, kPieceSize)
                                 : archive_read_open_filename(archive_, path.c_str(), kPieceSize);
  archive_entry* entry = nullptr;
  const int code = opened == ARCHIVE_OK ? archive_read_next_header(archive_, &entry) : opened;
  ended_ = code == ARCHIVE_EOF;
  failed_ = code != ARCHIVE_OK && code != ARCHIVE_WARN && code != ARCHIVE_EOF;
  return !failed_;
}

std::string_view TarStream::Next() {
  if (ended_) return {};
  const la_ssize_t n = archive_read_data(archive_, piece_.data(), piece_.size());
  failed_ = n < 0;
  if (n <= 0) return {};
  const std::string_view piece = std::string_view(piece_).substr(0, n);
  Mark(piece);
  return piece;
}

std::string TarStream::error() const {
  const char* text = archive_error_string(archive_);
  return text != nullptr ? text : "damaged";
}

void TarStream::Mark(std::string_view piece) {
  // The text may lie across two pieces.
  const size_t overlap = tail_.size();
  tail_ += piece.substr(0, kNegativeZero.size() - 1);
  if (const size_t at = tail_.find(kNegativeZero); at != std::string::npos)
    marks_.push_back(given_ - overlap + at);
  for (size_t at = piece.find(kNegativeZero); at != std::string_view::npos;
       at = piece.find(kNegativeZero, at + 1))
    marks_.push_back(given_ + at);
  given_ += piece.size();
  tail_ = piece.substr(piece.size() - std::min(piece.size(), kNegativeZero.size() - 1));
}

bool TarStream::HasNegativeZeroTime(uint64_t from, uint64_t to) {
  bool found = false;
  while (!marks_.empty() && marks_.front() < to) {
    found = found || marks_.front() >= from;
    marks_.pop_front();
  }
  return found;
}

}  // namespace rootstream

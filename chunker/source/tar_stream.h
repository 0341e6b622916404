// TarStream: the plain bytes of a file that may be a tar, decompressed by any filters. It reads to the end, so that
// checksums after the last byte are checked as well. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "base/file_io.h"
#include "chunker/source/gunzip.h"

struct archive;

namespace rootstream {

class TarStream {
 public:
  TarStream();
  ~TarStream();
  TarStream(const TarStream&) = delete;
  TarStream& operator=(const TarStream&) = delete;

  Status Open(const std::string& path);  // "-" is standard input
  // The next piece, valid until the next call; empty: the end, or an error.
  std::string_view Next();
  // The bytes that the next calls of Next() will return, up to `size`; fewer at the end.
  std::string_view Peek(size_t size);
  bool failed() const { return failed_; }
  const std::string& error() const { return error_; }
  bool is_compressed() const { return is_compressed_; }

 private:
  Result<std::string_view> ReadFile();
  Result<std::string_view> ReadInput();
  static ssize_t GiveInput(archive* reader, void* self, const void** piece);
  bool Fill();  // reads the next bytes into piece_; false: the end, or an error

  UniqueFd fd_;
  std::string input_;               // of the file
  bool input_is_ready_ = false;     // it was read to detect the format
  std::unique_ptr<Gunzip> gunzip_;  // between the file and libarchive
  archive* archive_;
  std::string piece_;
  std::string peeked_;
  bool is_compressed_ = false;
  bool ended_ = false;
  bool failed_ = false;
  std::string error_;
};

}  // namespace rootstream

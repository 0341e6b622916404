// TarStream: an archive's bytes, decompressed by whatever filters they need, with a mark wherever a pax
// header gives a time between -1 and 0 seconds.
//
// libarchive reads "mtime=-0.5" (half a second before 1970) as +0.5, since a whole number has no -0. The
// mark is how such a time gets its sign back.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

struct archive;

namespace rootstream {

class TarStream {
 public:
  TarStream();
  ~TarStream();

  bool Open(const std::string& path);  // "-" is standard input; false: see error()
  // The next piece, valid until the next call; empty: the end, or an error.
  std::string_view Next();
  bool failed() const { return failed_; }
  std::string error() const;

  // Whether a pax header in bytes [from, to) of what Next() gave has such a time. Forgets what lies
  // before `to`.
  bool HasNegativeZeroTime(uint64_t from, uint64_t to);

 private:
  void Mark(std::string_view piece);

  archive* archive_;
  std::string piece_;
  std::string tail_;       // of the piece before, as long as the text that is looked for
  uint64_t given_ = 0;     // bytes
  std::deque<uint64_t> marks_;
  bool ended_ = false;  // there was nothing in it
  bool failed_ = false;
};

}  // namespace rootstream

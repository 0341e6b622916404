// TarHeaders: reads the headers of a tar in parallel with libarchive, and notes what libarchive does not report. Not
// thread-safe.
//
// libarchive reads an invalid number as 0, a number that is too large as the largest one, and a pax time of "-0.5"
// (half a second before 1970) as +0.5. It accepts a damaged map of a sparse file in part, and ignores global pax
// headers. Each would silently make a wrong image. If this reader loses its place, libarchive does, too, and reports an
// error.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace rootstream {

inline constexpr size_t kTarBlock = 512;

// A header whose checksum is right.
bool IsTarHeader(std::string_view block);
// A damaged header: nearly all of its bytes are as in a valid one.
bool LooksLikeTarHeader(std::string_view block);

class TarHeaders {
 public:
  struct Notes {
    bool negative_zero_time = false;  // between -1 and 0 seconds
    std::string fault;                // why it cannot be stored, "its time is no number"; empty: it can
  };

  void Read(std::string_view piece);  // the next bytes
  // Notes about the headers in bytes [from, to). Forgets those before `to`.
  Notes Take(uint64_t from, uint64_t to);
  // True if there are bytes other than zero after the end mark, which are not read.
  bool has_more() const { return has_more_; }

 private:
  enum class Expecting { kHeader, kPax, kSkipped, kSparseMap, kNothing };
  // The stored parts of a sparse file: ascending, not adjacent, within the file.
  struct SparseMap {
    bool is_there = false;
    uint64_t end = 0;     // of the last part, in the file
    uint64_t stored = 0;  // bytes, of all parts
    std::string fault;    // empty: none

    void Add(std::optional<int64_t> offset, std::optional<int64_t> size);
    std::string FaultWith(uint64_t file_size, uint64_t stored_size) const;
  };
  struct Pax {  // the pax records for the next entry
    std::optional<uint64_t> size, real_size;
    std::string map_offset;
    SparseMap map;
    bool has_time = false;
    Notes notes;
  };

  void TakeHeader();
  void TakePax();
  void TakeRecord(std::string_view key, std::string_view value);
  void TakeNumber(std::string_view key, std::string_view value);
  void TakeSparse(std::string_view key, std::string_view value);
  void TakeMap(std::string_view block, size_t at, size_t pairs, bool has_more);
  void Mark();
  void Expect(Expecting what, uint64_t bytes);

  Expecting expecting_ = Expecting::kHeader;
  uint64_t missing_ = kTarBlock;  // bytes, of what is expected
  std::string held_;              // of a header or of a pax header
  uint64_t at_ = 0;               // bytes read
  bool is_global_ = false;        // the pax header being read
  uint64_t pax_size_ = 0;
  uint64_t maybe_content_ = 0;  // of a hard link: size of its contents, unless a header follows
  size_t zero_blocks_ = 0;
  bool has_more_ = false;
  Pax pax_;
  struct Marked {
    uint64_t at;
    Notes notes;
  };
  Marked marked_;  // the entry whose headers are read
  SparseMap map_;  // of GNU's own format, not pax; its file's size and what is stored of it
  uint64_t map_size_ = 0, stored_size_ = 0;
  std::deque<Marked> marks_;
};

}  // namespace rootstream

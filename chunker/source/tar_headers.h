// TarHeaders: follows the plain bytes of a tar from header to header, beside libarchive, and notes what libarchive does
// not tell. Not thread-safe.
//
// libarchive reads a number that is none as 0, one that is too large as the largest it knows, and a pax
// time of "-0.5" (half a second before 1970) as +0.5; of a sparse file's map it takes what it can, and of pax headers
// for all entries nothing. Each would be a wrong image without a word. Where this reader gets lost, libarchive does
// too, and says so.
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
// What was one before a few of its bytes were damaged.
bool LooksLikeTarHeader(std::string_view block);

class TarHeaders {
 public:
  struct Notes {
    bool negative_zero_time = false;  // between -1 and 0 seconds
    std::string fault;                // what cannot be kept, "its time is no number"; empty: nothing
  };

  void Read(std::string_view piece);  // the next bytes
  // Of the headers in bytes [from, to). Forgets what lies before `to`.
  Notes Take(uint64_t from, uint64_t to);
  // Whether anything but zeros came behind the end mark, which nobody reads.
  bool has_more() const { return has_more_; }

 private:
  enum class Expecting { kHeader, kPax, kSkipped, kSparseMap, kNothing };
  // Which parts of a sparse file are stored: ascending, apart, within the file.
  struct SparseMap {
    bool is_there = false;
    uint64_t end = 0;     // of the last part, in the file
    uint64_t stored = 0;  // bytes, of all parts
    std::string fault;    // empty: none

    void Add(std::optional<int64_t> offset, std::optional<int64_t> size);
    std::string FaultWith(uint64_t file_size, uint64_t stored_size) const;
  };
  struct Pax {  // what pax headers say of the next entry
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
  uint64_t maybe_content_ = 0;  // of a hard link: bytes behind it, if they are no header
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

// SegmentFile: an append-only file of stored objects, each after a header. Records never change; only whole files are
// removed. A damaged or truncated header ends a scan. Objects need no further protection, since readers verify them by
// their id. Thread-safe for reading, while one thread appends.
//
//   file    "RSSEG\r\n" 0x00, then records
//   record  u32 magic "RSRC", u32 stored size, id (32 bytes), u32 check, then the stored bytes
//   check   first four bytes of the SHA-256 of the 40 bytes before it
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/file_io.h"
#include "format/id.h"

namespace rootstream {

inline constexpr size_t kSegmentHeaderSize = 8;
inline constexpr size_t kRecordHeaderSize = 44;

struct SegmentRecord {
  Id id;
  uint64_t offset = 0;  // of the stored bytes
  uint32_t stored_size = 0;
};

class SegmentFile {
 public:
  static Result<SegmentFile> Create(const std::string& path);
  // kMissing: there is no file. kCorrupt: the file was read and is not a segment. kUnavailable: the process or the
  // machine lacks a resource now. kFailed: it cannot be read.
  static Result<SegmentFile> OpenForReading(const std::string& path);

  // Writes a record at offset `at`; its stored bytes begin kRecordHeaderSize later. False with errno set.
  bool WriteRecord(uint64_t at, const Id& id, std::string_view stored) const;
  // Unverified bytes; nullopt if the file ends before.
  std::optional<std::string> Read(uint64_t offset, uint32_t size) const;
  // Calls `found` for each record from offset `from` on. Returns the offset at which the next record would begin.
  uint64_t Scan(uint64_t from, const std::function<void(const SegmentRecord&)>& found) const;
  uint64_t FileSize() const;  // bytes

 private:
  explicit SegmentFile(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace rootstream

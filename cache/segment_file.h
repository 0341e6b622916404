// Segment: an append-only file of stored objects, each behind a header of its own. What is in a segment is never
// changed, only the whole file is dropped. A header that is damaged or cut off ends the scan; objects are believed only
// when their bytes have their id, so nothing else need be protected. Immutable but for what is appended at its end, so
// threads may read it at once.
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
  // kMissing: not there. kCorrupt: it was read, and is no segment. kUnavailable: not now, since this
  // process or the machine is short of something. kFailed: it cannot be read.
  static Result<SegmentFile> OpenForReading(const std::string& path);

  // Writes a record at `at`; the stored bytes' offset is `at` + kRecordHeaderSize. errno on failure.
  bool WriteRecord(uint64_t at, const Id& id, std::string_view stored) const;
  // The bytes as they lie there, unverified; nullopt if the file ends before.
  std::optional<std::string> Read(uint64_t offset, uint32_t size) const;
  // Calls `found` for each record from `from` on; returns where the next would begin.
  uint64_t Scan(uint64_t from, const std::function<void(const SegmentRecord&)>& found) const;
  uint64_t FileSize() const;  // bytes

 private:
  explicit SegmentFile(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace rootstream

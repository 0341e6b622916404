// SegmentIndex: the place of each stored object in the segments, in an LMDB table.
//
// LMDB maps its file and trusts what it maps: an unreadable sector kills the process, and a damaged page may. So the
// file lies in memory (memfd_create(2)). A clean close writes the entries of the table to a plain file, with a seal
// beside it. Open() reads that file with pread(2), removes the seal at once, and uses the entries if the seal matches.
// Otherwise the table starts empty and is filled from the headers of the segments. docs/design.md has the cost of an
// entry.
//
//   index       entries, in the order of their keys
//   entry       key (16 bytes), u32 segment, u32 stored size, u64 offset
//   index.seal  text: the SHA-256 of index, and the stamp of the segments
//
// The key is the first half of the id. An object is verified by its whole id when it is read, so two ids with the same
// key would only cause misses. Thread-safe: many readers or one writer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/mutex.h"
#include "base/result.h"
#include "format/id.h"

namespace rootstream {

struct SegmentPlace {
  uint32_t segment = 0;
  uint32_t stored_size = 0;
  uint64_t offset = 0;
  bool operator==(const SegmentPlace&) const = default;
};

class SegmentIndex {
 public:
  // Changes are collected in memory, since even a small transaction writes several pages.
  static constexpr size_t kBatch = 64;
  static constexpr size_t kEntrySize = 32;  // bytes of an entry on the disk

  // `folder`: holds the sealed entries, if any. `stamp`: identifies the current segments; entries sealed with another
  // stamp are ignored. `map_size`: the largest size of the table in bytes.
  static Result<std::unique_ptr<SegmentIndex>> Open(const std::string& folder, const std::string& stamp,
                                                    size_t map_size, bool take_sealed);
  ~SegmentIndex();
  // True if a folder without segments has an `index` that belongs to another program, which Open() would remove.
  static bool IsForeign(const std::string& folder);

  bool was_sealed() const { return was_sealed_; }  // false: empty, and must be filled by a scan
  std::optional<SegmentPlace> Find(const Id& id) const;
  Status Put(const Id& id, const SegmentPlace& place);   // kFailed: this change and some before it are lost
  void Remove(const Id& id, const SegmentPlace& place);  // only if the object is still at this place
  void RemoveSegment(uint32_t segment);                  // all objects of a segment; visits every entry
  // Writes the sealed entries. kFailed, too, if changes were lost, since a scan then gives a better table.
  Status Seal(const std::string& folder, const std::string& stamp);
  uint64_t SealedSize() const;  // bytes that Seal() would write
  uint64_t MemorySize() const;  // bytes of the table

 private:
  struct Map;
  using Changes = std::unordered_map<Id, std::optional<SegmentPlace>, IdHash>;  // nullopt: removed
  std::optional<SegmentPlace> FindLocked(const Id& id) const RS_REQUIRES_SHARED(mutex_);
  Status FlushLocked() RS_REQUIRES(mutex_);  // all pending changes in one transaction; if it fails, they are forgotten

  explicit SegmentIndex(std::unique_ptr<Map> map, bool was_sealed);
  mutable SharedMutex mutex_;
  std::unique_ptr<Map> map_ RS_PT_GUARDED_BY(mutex_);
  Changes pending_ RS_GUARDED_BY(mutex_);         // changes that are not in the table yet
  bool lost_some_ RS_GUARDED_BY(mutex_) = false;  // changes were lost, so it must not be sealed
  bool was_sealed_;
};

}  // namespace rootstream

// Which stored object lies where in the segments: an LMDB table of small keys and small values.
//
// LMDB reads its file through a mapping, and trusts what it maps: a sector that cannot be read ends the
// process, and so may a damaged page. So its file lies in memory (memfd_create(2)), where nothing can be
// damaged and nothing need be read from a disk. A clean close writes what the table holds as plain
// entries, with a seal beside them; Open() reads them by pread(2), takes the seal away at once, and puts
// into the table what the seal fits. Otherwise it starts empty, and the segments' own headers fill it
// again. docs/design.md has what an entry costs.
//
//   index       entries, in the order of their keys
//   entry       key (16 bytes), u32 segment, u32 stored size, u64 offset
//   index.seal  text: the SHA-256 of index, and what the segments looked like
//
// The key is the first half of the id: what is found is held against the whole id when it is read, so two
// ids with the same key would only cost each other a miss.
//
// Thread-safe: readers share, a writer is alone.
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
  // A transaction writes a few pages, however small it is; so changes wait in memory for others.
  static constexpr size_t kBatch = 64;
  static constexpr size_t kEntrySize = 32;  // bytes of an entry on the disk

  // `folder`: where the sealed entries are, or would be. `stamp`: what the segments looked like; entries
  // that were sealed for another stamp are not taken. `map_size`: bytes, the most it can grow to.
  static Result<std::unique_ptr<SegmentIndex>> Open(const std::string& folder, const std::string& stamp,
                                                    size_t map_size, bool take_sealed);
  ~SegmentIndex();
  // In a folder that has no segments: is its `index` another program's, which Open() would remove?
  static bool IsForeign(const std::string& folder);

  bool was_sealed() const { return was_sealed_; }  // false: empty, to be filled by a scan
  std::optional<SegmentPlace> Find(const Id& id) const;
  Status Put(const Id& id, const SegmentPlace& place);   // kFailed: this change and some before it are lost
  void Remove(const Id& id, const SegmentPlace& place);  // only if it is still there
  void RemoveSegment(uint32_t segment);                  // all that lies in it; looks at every entry
  // kFailed, too, when changes were lost: the segments know better.
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
  Changes pending_ RS_GUARDED_BY(mutex_);         // what the table does not know yet
  bool lost_some_ RS_GUARDED_BY(mutex_) = false;  // of them: it is not sealed any more
  bool was_sealed_;
};

}  // namespace rootstream

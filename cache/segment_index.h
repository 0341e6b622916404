// Which stored object lies where in the segments: an LMDB table of small keys and small values, whose
// pages the kernel can drop and read again, so that a large cache costs no memory of its own.
//
// LMDB trusts its file: a damaged or truncated one ends the process that maps it. So the file in use is
// private (unlinked as soon as it is open), and a clean close writes a sealed copy: the file and its
// SHA-256 beside it. Open() believes a copy with a good seal only, takes the seal away at once, and
// otherwise starts empty; the segments' own headers then fill it again. (Truncated maps: 40 of 40 end in
// SIGBUS; single-bit flips: 58 wrong values in 3,000. docs/design.md.)
//
// Thread-safe: readers share, a writer is alone.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "format/id.h"
#include "format/result.h"

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
  // Bytes by which those may let the file grow: each writes a leaf, and may write a page above it.
  static constexpr uint64_t kHeadroom = 2 * kBatch * 4096;

  // `folder`: where the sealed copy is, or would be. `stamp`: what the segments looked like; a copy
  // that was sealed for another stamp is not taken. `map_size`: bytes, the most it can grow to.
  static Result<std::unique_ptr<SegmentIndex>> Open(const std::string& folder,
                                                    const std::string& stamp, size_t map_size,
                                                    bool take_sealed);
  ~SegmentIndex();

  bool was_sealed() const { return was_sealed_; }  // false: empty, to be filled by a scan
  std::optional<SegmentPlace> Find(const Id& id) const;
  Status Put(const Id& id, const SegmentPlace& place);  // kFailed: this change and some before it are lost
  void Remove(const Id& id, const SegmentPlace& place);  // only if it is still there
  // kFailed, too, when changes were lost: the segments know better.
  Status Seal(const std::string& folder, const std::string& stamp);
  uint64_t FileSize() const;  // bytes on the disk

 private:
  struct Map;
  using Changes = std::unordered_map<Id, std::optional<SegmentPlace>, IdHash>;  // nullopt: removed
  std::optional<SegmentPlace> FindLocked(const Id& id) const;
  Status FlushLocked();  // all pending changes in one transaction; if it fails, they are forgotten

  explicit SegmentIndex(std::unique_ptr<Map> map, bool was_sealed);
  mutable std::shared_mutex mutex_;
  std::unique_ptr<Map> map_;
  Changes pending_;  // what the table does not know yet
  bool lost_some_ = false;  // of them: it is not sealed any more
  bool was_sealed_;
};

}  // namespace rootstream

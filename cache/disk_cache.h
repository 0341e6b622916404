// The local cache: stored objects in segment files, found through an index. Thread-safe.
//
// One process writes a cache folder; it holds flock(2) on the file "lock". Other processes read the same segments
// through an index of their own, and one of them becomes the writer when the writer ends.
//
// No fault of the disk is an error for a reader. A damaged or missing file is a miss. Without space or permission,
// writing stops for a while. An object is removed only when its bytes were read and are wrong; a file that cannot be
// opened at the moment stays.
//
// The limit is hard. Before an object is appended, the oldest segments are dropped until the object fits, together with
// the index that a clean close writes. Recently read objects of a dropped segment are copied to the newest one first.
// While a cache is in use, its index is in memory and not on the disk.
//
//   FOLDER/lock  FOLDER/segments/00000001.seg …  FOLDER/index  FOLDER/index.seal
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/mutex.h"
#include "cache/segment_folder.h"
#include "cache/segment_index.h"
#include "format/chunk.h"

namespace rootstream {

class DiskCache {
 public:
  // `limit`: bytes, the index included; nullopt: 2 GiB or half the free space, the smaller. Damage in the folder
  // is no error; kFailed: the folder cannot be made or opened, or has an `index` of something else.
  static Result<std::unique_ptr<DiskCache>> Open(const std::string& folder, std::optional<uint64_t> limit);
  ~DiskCache();  // seals the index if it is the writer

  // Where an object lies; nullopt: it is not here. Its bytes may yet turn out damaged. A process that only reads the
  // cache looks what the writer has added.
  std::optional<SegmentPlace> Locate(const Id& id);
  bool Has(const Id& id) { return Locate(id).has_value(); }
  // Calls `use` with the stored bytes at a place that Locate() told, once verified to have this id; not at all is a
  // miss.
  using Use = std::function<void(VerifiedBytes)>;
  void Read(const Id& id, const SegmentPlace& place, const Use& use);
  void Put(const Id& id, std::string_view stored);

  uint64_t size() const;                                          // bytes
  uint64_t index_memory() const { return index_->MemorySize(); }  // bytes
  uint64_t limit() const { return limit_; }
  bool is_writer() const;
  std::string problem() const;  // why nothing is written at the moment; empty: all is well
  // Why an object that is put now would not be kept; empty: it would, or it is time to try again.
  std::string hindrance();

 private:
  struct Segment {
    uint64_t end = kSegmentHeaderSize;  // where the next record would begin
    uint64_t size = 0;                  // bytes, as counted against the limit
    uint64_t looked_through = 0;        // its size when it was scanned and no longer the newest
    // This process created it, and no write has failed: then it is open as long as it grows.
    std::shared_ptr<const SegmentFile> growing;
  };
  using Clock = std::chrono::steady_clock;
  using Entries = std::vector<SegmentFolder::Entry>;

  DiskCache(std::string folder, uint64_t limit);
  Status OpenIndex();
  void TakeLock() RS_REQUIRES(mutex_);
  void ReleaseLock() RS_REQUIRES(mutex_);
  void ScanSegments() RS_REQUIRES(mutex_);  // adds to the index what it does not know
  bool ScanSegment(uint32_t number, Segment& segment) RS_REQUIRES(mutex_);
  void Refresh();  // a reader: what did the writer add; has it ended?
  Result<std::shared_ptr<const SegmentFile>> FileOf(uint32_t segment);

  struct Reservation {
    std::shared_ptr<const SegmentFile> file;
    uint32_t segment = 0;
    uint64_t at = 0;
  };
  bool HasRoomFor(uint64_t size) const;
  std::optional<Reservation> Reserve(uint64_t size) RS_REQUIRES(write_mutex_);
  bool StartSegment() RS_REQUIRES(write_mutex_);
  bool DropOldest() RS_REQUIRES(write_mutex_);
  uint64_t CopyForward(uint32_t segment, const SegmentFile& file) RS_REQUIRES(write_mutex_);  // returns where it ended
  void Append(const Id& id, std::string_view stored) RS_REQUIRES(write_mutex_);
  void PauseWriting(std::string why) RS_REQUIRES(write_mutex_);
  void Touch(const Id& id);

  const std::string folder_;
  const uint64_t limit_;
  const uint64_t segment_size_;
  SegmentFolder files_;
  std::unique_ptr<SegmentIndex> index_;

  // Lock order: write_mutex_ before mutex_. write_mutex_ makes appends and drops one at a time (they
  // do write to the disk under it, which only other writers feel); mutex_ guards what readers share.
  Mutex write_mutex_ RS_ACQUIRED_BEFORE(mutex_);
  mutable Mutex mutex_;
  UniqueFd lock_;
  bool is_writer_ RS_GUARDED_BY(mutex_) = false;
  std::map<uint32_t, Segment> segments_ RS_GUARDED_BY(mutex_);  // by number: oldest first
  uint64_t size_ RS_GUARDED_BY(mutex_) = 0;                     // bytes of all segments
  std::unordered_set<uint64_t> touched_ RS_GUARDED_BY(mutex_);  // first bytes of ids read lately
  Clock::time_point refresh_again_ RS_GUARDED_BY(mutex_){};
  std::string problem_ RS_GUARDED_BY(mutex_);
  bool index_is_whole_ RS_GUARDED_BY(mutex_) =
      true;  // false: some segment could not be opened when the index was filled

  // Under write_mutex_:
  Clock::time_point write_again_ RS_GUARDED_BY(write_mutex_){};
  uint32_t last_number_ RS_GUARDED_BY(write_mutex_) =
      0;  // of a segment; none is given twice, since a reader may have it open
};

}  // namespace rootstream

// SegmentFolder: the segment files of a cache, by number. It keeps at most kMostOpen of them open, since a large cache
// has more segments than a process may have descriptors. Thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "cache/segment_file.h"

namespace rootstream {

class SegmentFolder {
 public:
  static constexpr size_t kMostOpen = 64;

  struct Entry {
    uint32_t number = 0;
    uint64_t size = 0;  // bytes
    bool operator==(const Entry&) const = default;
  };

  explicit SegmentFolder(std::string path) : path_(std::move(path)) {}

  // All segments, sorted by number; none if the folder does not exist. kFailed: it cannot be listed.
  Result<std::vector<Entry>> List() const;

  // Opens a segment for reading. Errors: see SegmentFile::OpenForReading. If the process has no descriptor left, all
  // other segments are closed first.
  Result<std::shared_ptr<const SegmentFile>> Open(uint32_t number);
  Result<std::shared_ptr<const SegmentFile>> Create(uint32_t number) const;
  void Close(uint32_t number);
  Status Remove(uint32_t number);  // ok, too, if it does not exist

 private:
  using Opened = std::pair<uint32_t, std::shared_ptr<const SegmentFile>>;

  std::string PathOf(uint32_t number) const;
  std::shared_ptr<const SegmentFile> FindOpen(uint32_t number);
  void Keep(Opened opened);
  void CloseAll();

  const std::string path_;
  Mutex mutex_;
  std::list<Opened> open_ RS_GUARDED_BY(mutex_);  // most recently used first
};

}  // namespace rootstream

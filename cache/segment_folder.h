// The segments of a cache, by their numbers: which there are, and a bounded number of them open. A process
// has 1,024 descriptors as a rule, and a large cache has more segments. Thread-safe.
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

  // By number. A folder that is not there has none; kFailed: it cannot be listed.
  Result<std::vector<Entry>> List() const;

  // For reading; the errors of SegmentFile::OpenForReading. One that is short of descriptors closes all
  // others first.
  Result<std::shared_ptr<const SegmentFile>> Open(uint32_t number);
  Result<std::shared_ptr<const SegmentFile>> Create(uint32_t number) const;
  void Close(uint32_t number);
  Status Remove(uint32_t number);  // one that is not there is removed already

 private:
  using Opened = std::pair<uint32_t, std::shared_ptr<const SegmentFile>>;

  std::string PathOf(uint32_t number) const;
  std::shared_ptr<const SegmentFile> FindOpen(uint32_t number);
  void Keep(Opened opened);
  void CloseAll();

  const std::string path_;
  Mutex mutex_;
  std::list<Opened> open_ RS_GUARDED_BY(mutex_);  // used last: at the front; so few that a search needs no table
};

}  // namespace rootstream

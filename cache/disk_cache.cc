#include "cache/disk_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace rootstream {
namespace {

constexpr uint64_t kDefaultLimit = uint64_t{2} << 30;
constexpr uint64_t kMinLimit = 8 << 20;
constexpr uint64_t kMinSegment = 1 << 20;
constexpr uint64_t kMaxSegment = 64 << 20;
constexpr size_t kMaxTouched = 32 * 1024;
constexpr auto kWritePause = std::chrono::seconds(30);
constexpr auto kRefreshEvery = std::chrono::seconds(1);

// Half of the space that would be free without the cache, so that the limit does not shrink as the cache fills.
uint64_t HalfOfFreeSpace(const std::string& folder, uint64_t used) {
  struct statvfs st;
  if (statvfs(folder.c_str(), &st) != 0) return kDefaultLimit;
  return (uint64_t{st.f_bavail} * st.f_frsize + used) / 2;
}

// An index entry takes up to 80 bytes in LMDB's half-full pages; objects of 8 KiB on average are the
// smallest that an image of tiny files makes.
size_t IndexMapSize(uint64_t limit) {
  return std::clamp<uint64_t>(limit / 64, 16 << 20, uint64_t{4} << 30) & ~uint64_t{4095};
}

// The stamp of a set of segments: their numbers and sizes. A sealed index is valid only for the same stamp.
std::string StampOf(const std::vector<SegmentFolder::Entry>& entries) {
  std::string stamp;
  for (const auto& entry : entries) stamp += std::to_string(entry.number) + ":" + std::to_string(entry.size) + " ";
  return Sha256(stamp).Hex();
}

uint64_t SizeOf(const std::vector<SegmentFolder::Entry>& entries) {
  uint64_t size = 0;
  for (const auto& entry : entries) size += entry.size;
  return size;
}

uint64_t Prefix(const Id& id) { return IdHash{}(id); }

}  // namespace

DiskCache::DiskCache(std::string folder, uint64_t limit)
    : folder_(std::move(folder)),
      limit_(std::max(limit, kMinLimit)),
      segment_size_(std::clamp(limit_ / 16, kMinSegment, kMaxSegment)),
      files_(folder_ + "/segments") {}

Result<std::unique_ptr<DiskCache>> DiskCache::Open(const std::string& folder, std::optional<uint64_t> limit) {
  RS_CHECK(MakeFolders(folder, 0700));
  if (access((folder + "/segments").c_str(), F_OK) != 0 && SegmentIndex::IsForeign(folder))
    return Failed(folder + " is another program's: it has an index and no segments; use an empty folder");
  const Status made = MakeFolders(folder + "/segments", 0700);
  if (!made.ok() && access(folder.c_str(), W_OK) == 0) return made.error();
  const auto used = SegmentFolder(folder + "/segments").List();
  const uint64_t bytes =
      limit ? *limit : std::min(kDefaultLimit, HalfOfFreeSpace(folder, used.ok() ? SizeOf(*used) : 0));
  std::unique_ptr<DiskCache> cache(new DiskCache(folder, bytes));
  RS_CHECK(cache->OpenIndex());
  return cache;
}

DiskCache::~DiskCache() {
  if (!is_writer_ || index_ == nullptr || !index_is_whole_) return;  // a scan later
  if (const auto there = files_.List(); there.ok()) (void)index_->Seal(folder_, StampOf(*there));
}

void DiskCache::TakeLock() {
  if (!lock_) lock_ = UniqueFd(open((folder_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  is_writer_ = lock_ && flock(lock_.get(), LOCK_EX | LOCK_NB) == 0;
}

void DiskCache::ReleaseLock() {
  if (is_writer_) flock(lock_.get(), LOCK_UN);
  is_writer_ = false;
}

Status DiskCache::OpenIndex() {
  const MutexLock lock(mutex_);
  TakeLock();  // before listing, so that the list has everything from the last writer
  const auto listed = files_.List();
  if (!listed.ok()) ReleaseLock();  // Refresh() tries again
  const Entries there = listed.ok() ? *listed : Entries();
  for (const auto& entry : there) segments_[entry.number].size = entry.size;
  size_ = SizeOf(there);
  RS_TRY(index_, SegmentIndex::Open(folder_, StampOf(there), IndexMapSize(limit_), is_writer_));
  if (!index_->was_sealed()) ScanSegments();
  return Ok();
}

void DiskCache::ScanSegments() {
  std::vector<uint32_t> no_segments;
  for (auto& [number, segment] : segments_) {
    const bool is_newest = number == segments_.rbegin()->first;
    if (segment.size <= segment.end || (!is_newest && segment.looked_through == segment.size)) continue;
    if (!ScanSegment(number, segment)) no_segments.push_back(number);
    if (is_newest) segment.looked_through = 0;
  }
  for (const uint32_t number : no_segments) {
    if (is_writer_ && !files_.Remove(number).ok()) continue;
    size_ -= segments_[number].size;
    segments_.erase(number);
  }
}

// Returns false if the file was read and is not a segment.
bool DiskCache::ScanSegment(uint32_t number, Segment& segment) {
  const auto file = files_.Open(number);
  if (!file.ok() && file.error().kind == ErrorKind::kUnavailable) {
    index_is_whole_ = false;
    return true;
  }
  segment.looked_through = segment.size;
  if (!file.ok()) return file.error().kind != ErrorKind::kCorrupt;
  segment.end = (*file)->Scan(segment.end, [&](const SegmentRecord& record) {
    (void)index_->Put(record.id, {number, record.stored_size, record.offset});
  });
  return true;
}

void DiskCache::Refresh() {
  const MutexLock write_lock(write_mutex_);
  const MutexLock lock(mutex_);
  if (is_writer_ || Clock::now() < refresh_again_) return;
  refresh_again_ = Clock::now() + kRefreshEvery;
  TakeLock();
  const auto there = files_.List();
  if (!there.ok()) return ReleaseLock();
  std::map<uint32_t, Segment> known = std::move(segments_);
  segments_.clear();
  for (const auto& entry : *there) {
    Segment& segment = segments_[entry.number] = known[entry.number];
    segment.size = entry.size;
    known.erase(entry.number);
  }
  for (const auto& [number, segment] : known) files_.Close(number);
  size_ = SizeOf(*there);
  ScanSegments();
}

Result<std::shared_ptr<const SegmentFile>> DiskCache::FileOf(uint32_t segment) {
  {
    const MutexLock lock(mutex_);
    const auto found = segments_.find(segment);
    if (found != segments_.end() && found->second.growing != nullptr) return found->second.growing;
  }
  return files_.Open(segment);
}

std::optional<SegmentPlace> DiskCache::Locate(const Id& id) {
  auto place = index_->Find(id);
  if (place || is_writer()) return place;
  Refresh();
  return index_->Find(id);
}

void DiskCache::Read(const Id& id, const SegmentPlace& place, const Use& use) {
  const auto file = FileOf(place.segment);
  if (file.ok()) {
    const auto bytes = (*file)->Read(place.offset, place.stored_size);
    if (bytes) {
      if (const auto verified = Verify(*bytes, id); verified.ok()) {
        Touch(id);
        return use(*verified);
      }
    }
  } else if (file.error().kind == ErrorKind::kUnavailable) {
    return;  // a miss, this time
  }
  index_->Remove(id, place);  // damaged or missing: it will be fetched and stored again
}

void DiskCache::Touch(const Id& id) {
  const MutexLock lock(mutex_);
  if (touched_.size() >= kMaxTouched) touched_.clear();
  touched_.insert(Prefix(id));
}

void DiskCache::Put(const Id& id, std::string_view stored) {
  if (!is_writer()) return;
  const MutexLock lock(write_mutex_);
  if (Clock::now() < write_again_ || index_->Find(id)) return;
  Append(id, stored);
}

void DiskCache::Append(const Id& id, std::string_view stored) {
  const auto place = Reserve(kRecordHeaderSize + stored.size());
  if (!place) return;
  if (!place->file->WriteRecord(place->at, id, stored)) return PauseWriting(strerror(errno));
  const Status put =
      index_->Put(id, {place->segment, static_cast<uint32_t>(stored.size()), place->at + kRecordHeaderSize});
  if (!put.ok()) PauseWriting(put.error().message);
}

bool DiskCache::HasRoomFor(uint64_t size) const { return this->size() + size + SegmentIndex::kEntrySize <= limit_; }

// Reserves `size` bytes at the end of the newest segment; nullopt: there is no space, and the object is not kept.
//
// Invariants. write_mutex_ is held, so no other thread appends, drops or starts a segment. mutex_ is taken only to
// change what readers share. Reserved bytes count in size_ before they are written, so the limit holds at every moment.
// A failed write leaves a gap, at which a scan ends, and never an overlap.
//
// Why it ends. Each turn of the first loop drops a segment or returns. DropOldest() may copy objects forward with
// Append(), which calls this function again. It copies at most a quarter of a segment, and only if HasRoomFor() is
// true, so the inner call drops nothing. The second loop starts at most one segment; a new segment has space, since
// `size` is smaller.
std::optional<DiskCache::Reservation> DiskCache::Reserve(uint64_t size) {
  if (size > segment_size_ - kSegmentHeaderSize) return std::nullopt;
  while (!HasRoomFor(size))
    if (!DropOldest()) return std::nullopt;
  for (int tries = 0; tries < 2; ++tries) {
    {
      const MutexLock lock(mutex_);
      Segment* last = segments_.empty() ? nullptr : &segments_.rbegin()->second;
      if (last != nullptr && last->growing != nullptr && last->end + size <= segment_size_) {
        const Reservation place{last->growing, segments_.rbegin()->first, last->end};
        last->end += size;
        last->size += size;
        size_ += size;
        return place;
      }
    }
    if (!StartSegment()) return std::nullopt;
  }
  return std::nullopt;
}

bool DiskCache::StartSegment() {
  {
    const MutexLock lock(mutex_);
    if (!segments_.empty()) last_number_ = std::max(last_number_, segments_.rbegin()->first);
  }
  const uint32_t number = ++last_number_;
  auto file = files_.Create(number);
  if (!file.ok()) {
    PauseWriting(file.error().message);
    return false;
  }
  const MutexLock lock(mutex_);
  problem_.clear();
  if (!segments_.empty()) segments_.rbegin()->second.growing = nullptr;
  segments_[number] = {.size = kSegmentHeaderSize, .growing = std::move(*file)};
  size_ += kSegmentHeaderSize;
  return true;
}

// Returns false if there is no segment left to drop.
bool DiskCache::DropOldest() {
  uint32_t number = 0;
  {
    const MutexLock lock(mutex_);
    if (segments_.empty()) return false;
    number = segments_.begin()->first;
  }
  const auto file = FileOf(number);
  if (const Status removed = files_.Remove(number); !removed.ok()) {
    PauseWriting(removed.error().message);
    return false;
  }
  uint64_t size = 0;
  {
    const MutexLock lock(mutex_);
    size = segments_.begin()->second.size;
    size_ -= size;
    segments_.erase(segments_.begin());
  }
  const bool forgot_all = file.ok() && CopyForward(number, **file) >= size;
  if (!forgot_all) index_->RemoveSegment(number);
  return true;
}

uint64_t DiskCache::CopyForward(uint32_t segment, const SegmentFile& file) {
  uint64_t copied = 0;
  return file.Scan(kSegmentHeaderSize, [&](const SegmentRecord& record) RS_REQUIRES(write_mutex_) {
    const auto place = index_->Find(record.id);
    if (!place || place->segment != segment) return;
    index_->Remove(record.id, *place);
    bool in_use = false;
    {
      const MutexLock lock(mutex_);
      in_use = touched_.erase(Prefix(record.id)) > 0;
    }
    // At most a quarter of a segment, so that dropping always makes space.
    if (!in_use || copied + record.stored_size > segment_size_ / 4) return;
    if (!HasRoomFor(kRecordHeaderSize + record.stored_size)) return;
    const auto bytes = file.Read(record.offset, record.stored_size);
    if (!bytes || !Verify(*bytes, record.id).ok()) return;
    copied += record.stored_size;
    Append(record.id, *bytes);
  });
}

void DiskCache::PauseWriting(std::string why) {
  write_again_ = Clock::now() + kWritePause;
  const MutexLock lock(mutex_);
  problem_ = std::move(why);
  // The reserved bytes may be half written, so the segment ends here, and the next write starts another.
  if (!segments_.empty()) segments_.rbegin()->second.growing = nullptr;
}

std::string DiskCache::problem() const {
  const MutexLock lock(mutex_);
  return problem_;
}

uint64_t DiskCache::size() const {
  const MutexLock lock(mutex_);
  return size_ + (index_ != nullptr ? index_->SealedSize() : 0);
}

std::string DiskCache::hindrance() {
  Refresh();
  const MutexLock write_lock(write_mutex_);
  const MutexLock lock(mutex_);
  if (!is_writer_) return "another process writes this cache folder";
  return Clock::now() < write_again_ ? problem_ : "";
}

bool DiskCache::is_writer() const {
  const MutexLock lock(mutex_);
  return is_writer_;
}

}  // namespace rootstream

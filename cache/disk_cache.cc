#include "cache/disk_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
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

// Of what would be free without the cache, so that a cache does not shrink by being used.
uint64_t HalfOfFreeSpace(const std::string& folder, uint64_t used) {
  struct statvfs st;
  if (statvfs(folder.c_str(), &st) != 0) return kDefaultLimit;
  return (uint64_t{st.f_bavail} * st.f_frsize + used) / 2;
}

// An index entry takes about 120 bytes in LMDB's half-full pages; objects of 8 KiB on average are the
// smallest that an image of tiny files makes.
size_t IndexMapSize(uint64_t limit) {
  return std::clamp<uint64_t>(limit / 64, 16 << 20, uint64_t{4} << 30) & ~uint64_t{4095};
}

std::vector<uint32_t> SegmentNumbers(const std::string& folder) {
  std::vector<uint32_t> numbers;
  const auto names = NamesIn(folder);
  if (!names.ok()) return numbers;
  for (const std::string& name : *names) {
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && std::string_view(end) == ".seg") numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string SegmentName(uint32_t number) {
  char name[32];
  snprintf(name, sizeof name, "%08u.seg", number);
  return name;
}

uint64_t SizeOfSegments(const std::string& folder) {
  uint64_t size = 0;
  struct stat st;
  for (const uint32_t number : SegmentNumbers(folder))
    if (stat((folder + "/" + SegmentName(number)).c_str(), &st) == 0) size += st.st_size;
  return size;
}

uint64_t Prefix(const Id& id) { return IdHash{}(id); }

}  // namespace

DiskCache::DiskCache(std::string folder, uint64_t limit)
    : folder_(std::move(folder)),
      limit_(std::max(limit, kMinLimit)),
      segment_size_(std::clamp(limit_ / 16, kMinSegment, kMaxSegment)) {}

Result<std::unique_ptr<DiskCache>> DiskCache::Open(const std::string& folder,
                                                   std::optional<uint64_t> limit) {
  RS_CHECK(MakeFolders(folder, 0700));
  const Status made = MakeFolders(folder + "/segments", 0700);
  if (!made.ok() && access(folder.c_str(), W_OK) == 0) return made.error();
  const uint64_t used = SizeOfSegments(folder + "/segments");
  const uint64_t bytes = limit ? *limit : std::min(kDefaultLimit, HalfOfFreeSpace(folder, used));
  std::unique_ptr<DiskCache> cache(new DiskCache(folder, bytes));
  cache->TakeLock();
  RS_CHECK(cache->OpenIndex());
  return cache;
}

DiskCache::~DiskCache() {
  if (is_writer_ && index_ != nullptr) (void)index_->Seal(folder_, Stamp());  // else: a scan later
}

void DiskCache::TakeLock() {
  if (!lock_) lock_ = UniqueFd(open((folder_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  is_writer_ = lock_ && flock(lock_.get(), LOCK_EX | LOCK_NB) == 0;
}

Status DiskCache::OpenIndex() {
  ScanSegments(false);
  RS_TRY(index_, SegmentIndex::Open(folder_, Stamp(), IndexMapSize(limit_), is_writer_));
  if (!index_->was_sealed()) ScanSegments(true);
  return Ok();
}

std::string DiskCache::SegmentPath(uint32_t number) const {
  return folder_ + "/segments/" + SegmentName(number);
}

// Which segments there are and how long: a sealed index fits exactly these.
std::string DiskCache::Stamp() const {
  std::string stamp;
  for (const auto& [number, segment] : segments_)
    stamp += std::to_string(number) + ":" + std::to_string(segment.file->FileSize()) + " ";
  return Sha256(stamp).Hex();
}

// Adds what lies in the folder and is not known yet. Without `add_to_index` (a sealed index may follow)
// only the files; with it also the records.
void DiskCache::ScanSegments(bool add_to_index) {
  for (const uint32_t number : SegmentNumbers(folder_ + "/segments")) {
    auto known = segments_.find(number);
    if (known == segments_.end()) {
      auto file = SegmentFile::OpenForReading(SegmentPath(number));
      if (!file.ok()) {
        if (is_writer_) unlink(SegmentPath(number).c_str());
        continue;
      }
      const auto shared = std::make_shared<const SegmentFile>(std::move(*file));
      const Segment segment{shared, kSegmentHeaderSize, shared->FileSize()};
      known = segments_.emplace(number, segment).first;
      size_ += segment.size;
    }
    if (!add_to_index) continue;
    Segment& segment = known->second;
    segment.end = segment.file->Scan(segment.end, [&](const SegmentRecord& record) {
      (void)index_->Put(record.id, {number, record.stored_size, record.offset});
    });
  }
}

void DiskCache::Refresh() {
  const std::lock_guard write_lock(write_mutex_);
  const std::lock_guard lock(mutex_);
  if (is_writer_ || Clock::now() < refresh_again_) return;
  refresh_again_ = Clock::now() + kRefreshEvery;
  const std::vector<uint32_t> there = SegmentNumbers(folder_ + "/segments");
  std::erase_if(segments_, [&](const auto& item) {
    return !std::binary_search(there.begin(), there.end(), item.first);
  });
  TakeLock();
  ScanSegments(true);
  size_ = 0;
  for (auto& [number, segment] : segments_) {
    segment.size = segment.file->FileSize();
    size_ += segment.size;
  }
}

std::shared_ptr<const SegmentFile> DiskCache::FileOf(uint32_t segment) {
  const std::lock_guard lock(mutex_);
  const auto found = segments_.find(segment);
  return found == segments_.end() ? nullptr : found->second.file;
}

bool DiskCache::Has(const Id& id) {
  if (index_->Find(id)) return true;
  if (is_writer()) return false;
  Refresh();
  return index_->Find(id).has_value();
}

void DiskCache::Get(const Id& id, const std::function<void(VerifiedBytes)>& use) {
  auto place = index_->Find(id);
  if (!place && !is_writer()) {
    Refresh();
    place = index_->Find(id);
  }
  if (!place) return;
  if (const auto file = FileOf(place->segment)) {
    const auto bytes = file->Read(place->offset, place->stored_size);
    if (bytes) {
      if (const auto verified = Verify(*bytes, id); verified.ok()) {
        Touch(id);
        return use(*verified);
      }
    }
  }
  index_->Remove(id, *place);  // damaged or gone: fetched again, stored again
}

void DiskCache::Touch(const Id& id) {
  const std::lock_guard lock(mutex_);
  if (touched_.size() >= kMaxTouched) touched_.clear();
  touched_.insert(Prefix(id));
}

void DiskCache::Put(const Id& id, std::string_view stored) {
  if (!is_writer()) return;
  const std::lock_guard lock(write_mutex_);
  if (Clock::now() < write_again_ || index_->Find(id)) return;
  Append(id, stored);
}

void DiskCache::Append(const Id& id, std::string_view stored) {
  const auto place = Reserve(kRecordHeaderSize + stored.size());
  if (!place) return;
  if (!place->file->WriteRecord(place->at, id, stored)) return PauseWriting(strerror(errno));
  const Status put =
      index_->Put(id, {place->segment, static_cast<uint32_t>(stored.size()),
                       place->at + kRecordHeaderSize});
  if (!put.ok()) PauseWriting(put.error().message);
}

bool DiskCache::HasRoomFor(uint64_t size) const {
  return this->size() + size + SegmentIndex::kHeadroom <= limit_;
}

std::optional<DiskCache::Reservation> DiskCache::Reserve(uint64_t size) {
  if (size > segment_size_ - kSegmentHeaderSize) return std::nullopt;
  while (!HasRoomFor(size))
    if (!DropOldest()) return std::nullopt;
  for (int tries = 0; tries < 2; ++tries) {
    {
      const std::lock_guard lock(mutex_);
      Segment* last = segments_.empty() ? nullptr : &segments_.rbegin()->second;
      if (last != nullptr && last->appendable && last->end + size <= segment_size_) {
        const Reservation place{last->file, segments_.rbegin()->first, last->end};
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
  uint32_t number = 1;
  {
    const std::lock_guard lock(mutex_);
    if (!segments_.empty()) number = segments_.rbegin()->first + 1;
  }
  auto file = SegmentFile::Create(SegmentPath(number));
  if (!file.ok()) {
    PauseWriting(file.error().message);
    return false;
  }
  const std::lock_guard lock(mutex_);
  problem_.clear();
  segments_.emplace(number, Segment{std::make_shared<const SegmentFile>(std::move(*file)),
                                    kSegmentHeaderSize, kSegmentHeaderSize, true});
  size_ += kSegmentHeaderSize;
  return true;
}

// Returns false when there is nothing left that could be dropped.
bool DiskCache::DropOldest() {
  uint32_t number = 0;
  std::shared_ptr<const SegmentFile> file;
  {
    const std::lock_guard lock(mutex_);
    if (segments_.empty()) return false;
    number = segments_.begin()->first;
    file = segments_.begin()->second.file;
    size_ -= segments_.begin()->second.size;
    segments_.erase(segments_.begin());
  }
  unlink(SegmentPath(number).c_str());
  CopyForward(number, *file);
  return true;
}

void DiskCache::CopyForward(uint32_t segment, const SegmentFile& file) {
  uint64_t copied = 0;
  file.Scan(kSegmentHeaderSize, [&](const SegmentRecord& record) {
    const auto place = index_->Find(record.id);
    if (!place || place->segment != segment) return;
    index_->Remove(record.id, *place);
    bool in_use = false;
    {
      const std::lock_guard lock(mutex_);
      in_use = touched_.erase(Prefix(record.id)) > 0;
    }
    // At most a quarter, so that dropping always makes room.
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
  const std::lock_guard lock(mutex_);
  problem_ = std::move(why);
  // What was reserved may be half written: that segment ends here, the next write starts another.
  if (!segments_.empty()) segments_.rbegin()->second.appendable = false;
}

std::string DiskCache::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

uint64_t DiskCache::size() const {
  const std::lock_guard lock(mutex_);
  return size_ + (index_ != nullptr ? index_->FileSize() : 0);
}

std::string DiskCache::hindrance() {
  Refresh();
  const std::lock_guard write_lock(write_mutex_);
  const std::lock_guard lock(mutex_);
  if (!is_writer_) return "another process writes this cache folder";
  return Clock::now() < write_again_ ? problem_ : "";
}

bool DiskCache::is_writer() const {
  const std::lock_guard lock(mutex_);
  return is_writer_;
}

}  // namespace rootstream

#include "cache/segment_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

namespace rootstream {
namespace {

std::string NameOf(uint32_t number) {
  char name[32];
  snprintf(name, sizeof name, "%08u.seg", number);
  return name;
}

}  // namespace

std::string SegmentFolder::PathOf(uint32_t number) const { return path_ + "/" + NameOf(number); }

Result<std::vector<SegmentFolder::Entry>> SegmentFolder::List() const {
  const auto names = NamesIn(path_);
  if (!names.ok() && names.error().kind == ErrorKind::kMissing) return std::vector<Entry>();
  if (!names.ok()) return names.error();
  std::vector<Entry> entries;
  for (const std::string& name : *names) {
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    struct stat st;
    if (error != std::errc() || name != NameOf(number)) continue;
    if (stat((path_ + "/" + name).c_str(), &st) == 0)
      entries.push_back({number, static_cast<uint64_t>(st.st_size)});
    else if (errno != ENOENT)
      entries.push_back({number, 0});  // it exists, and its number is used
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.number < b.number; });
  return entries;
}

Result<std::shared_ptr<const SegmentFile>> SegmentFolder::Open(uint32_t number) {
  if (auto file = FindOpen(number)) return file;
  auto opened = SegmentFile::OpenForReading(PathOf(number));
  if (!opened.ok() && opened.error().kind == ErrorKind::kUnavailable) {
    CloseAll();
    opened = SegmentFile::OpenForReading(PathOf(number));
  }
  if (!opened.ok()) return opened.error();
  auto file = std::make_shared<const SegmentFile>(std::move(*opened));
  Keep({number, file});
  return file;
}

Result<std::shared_ptr<const SegmentFile>> SegmentFolder::Create(uint32_t number) const {
  RS_TRY(SegmentFile file, SegmentFile::Create(PathOf(number)));
  return std::make_shared<const SegmentFile>(std::move(file));
}

Status SegmentFolder::Remove(uint32_t number) {
  Close(number);
  if (unlink(PathOf(number).c_str()) != 0 && errno != ENOENT) return ErrnoError("cannot remove", PathOf(number));
  return Ok();
}

std::shared_ptr<const SegmentFile> SegmentFolder::FindOpen(uint32_t number) {
  const MutexLock lock(mutex_);
  const auto found =
      std::find_if(open_.begin(), open_.end(), [&](const Opened& opened) { return opened.first == number; });
  if (found == open_.end()) return nullptr;
  open_.splice(open_.begin(), open_, found);
  return found->second;
}

void SegmentFolder::Keep(Opened opened) {
  const MutexLock lock(mutex_);
  open_.push_front(std::move(opened));  // if another thread kept one in the meantime, it is closed later
  if (open_.size() > kMostOpen) open_.pop_back();
}

void SegmentFolder::Close(uint32_t number) {
  const MutexLock lock(mutex_);
  std::erase_if(open_, [&](const Opened& opened) { return opened.first == number; });
}

void SegmentFolder::CloseAll() {
  const MutexLock lock(mutex_);
  open_.clear();
}

}  // namespace rootstream

#include "chunker/hot_order.h"

#include <algorithm>
#include <map>

#include "base/interval_set.h"

namespace rootstream {
namespace {

constexpr uint64_t kPage = 4096;         // bytes: the unit of the order, as profiles record pages
constexpr uint64_t kAround = 2 * kPage;  // around reads of another version of a file; see docs/design.md

constexpr uint64_t kRequest = 32;  // pages: the largest request of a kernel with read_ahead_kb 4

struct Page {
  size_t path;  // number
  uint64_t number;
  auto operator<=>(const Page&) const = default;
};

// Paths by number, since every page of every file is a Page.
class Paths {
 public:
  size_t NumberOf(const std::string& path) {
    const auto [found, is_new] = numbers_.try_emplace(path, names_.size());
    if (is_new) names_.push_back(path);
    return found->second;
  }
  const std::string& NameOf(size_t number) const { return names_[number]; }

 private:
  std::unordered_map<std::string, size_t> numbers_;
  std::vector<std::string> names_;
};

std::vector<Page> PagesOf(const std::vector<FilePart>& parts, Paths& paths) {
  std::vector<Page> pages;
  std::map<size_t, IntervalSet> seen;
  for (const FilePart& part : parts) {
    const size_t path = paths.NumberOf(part.path);
    const uint64_t end = part.end / kPage + (part.end % kPage != 0 ? 1 : 0);
    for (const Interval& fresh : seen[path].Add(part.begin / kPage, end))
      for (uint64_t number = fresh.begin; number < fresh.end; ++number) pages.push_back({path, number});
  }
  return pages;
}

// Pages that Linux with read_ahead_kb 4 asks for behind a read (mm/readahead.c; seen on 6.18): at a file's begin, as
// many as were read; behind more than one request, those up to its end and one more.
uint64_t BehindRead(uint64_t begin, uint64_t pages) {
  if (pages > kRequest) return (pages + kRequest - 1) / kRequest * kRequest + kRequest - pages;
  return begin == 0 && pages > 1 ? pages : 0;
}

// What such a kernel may ask for behind each of `read`.
std::vector<FilePart> Behind(const std::vector<FilePart>& read) {
  std::vector<FilePart> out;
  for (const FilePart& part : read) {
    const uint64_t more = BehindRead(part.begin, (part.end - part.begin + kPage - 1) / kPage);
    if (more > 0) out.push_back({part.path, part.end, part.end + more * kPage});
  }
  return out;
}

// The pages of `wanted`: those that `base` has too in its order, each other one behind the one that it
// follows in `wanted`.
std::vector<Page> Rebase(const std::vector<Page>& wanted, const std::vector<Page>& base) {
  std::map<Page, size_t> place;  // in base
  for (size_t i = 0; i < base.size(); ++i) place.emplace(base[i], i + 1);
  std::vector<std::pair<size_t, Page>> placed;
  size_t at = 0;  // 0: before all of base
  for (const Page& page : wanted) {
    const auto known = place.find(page);
    if (known != place.end()) at = known->second;
    placed.emplace_back(at, page);
  }
  // Pages with equal places keep the order of `wanted`, so a page stays behind its predecessor.
  std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Page> order;
  for (const auto& [where, page] : placed) order.push_back(page);
  return order;
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

HotOrder::HotOrder(const Profile& profile, const std::vector<FilePart>& base) {
  std::vector<FilePart> read;
  for (const ProfileEvent& event : profile.events) {
    if (event.kind == ProfileKind::kFile) recorded_.emplace(event.path, event.version);
    if (event.kind == ProfileKind::kList) listed_.insert(event.path);
    if (event.kind == ProfileKind::kLook || event.kind == ProfileKind::kRead) names_.insert(event.path);
    if (event.kind == ProfileKind::kRead) read.push_back({event.path, event.offset, event.offset + event.length});
  }
  Paths paths;
  const std::vector<Page> wanted = PagesOf(read, paths);
  std::vector<Page> order = Rebase(wanted, PagesOf(base, paths));
  std::vector<FilePart> all = read;
  for (FilePart& part : Behind(read)) all.push_back(std::move(part));
  const std::vector<Page> with_behind = PagesOf(all, paths);
  order.insert(order.end(), with_behind.begin() + static_cast<ptrdiff_t>(wanted.size()), with_behind.end());
  size_t rank = 0;
  const HotPart* last = nullptr;
  size_t last_path = SIZE_MAX;
  for (const Page& page : order) {
    const uint64_t begin = page.number * kPage;
    std::vector<HotPart>& parts = parts_[paths.NameOf(page.path)];
    const bool goes_on = last_path == page.path && last->end == begin;
    if (goes_on) {
      parts.back().end += kPage;
    } else {
      parts.push_back({begin, begin + kPage, rank++});
    }
    last = &parts.back();
    last_path = page.path;
  }
}

std::vector<HotPart> HotOrder::PartsOf(const std::string& path, const FileVersion& file, uint64_t block) const {
  const auto found = parts_.find(path);
  if (found == parts_.end()) return {};
  const auto [first, last] = recorded_.equal_range(path);
  const bool is_another = std::any_of(first, last, [&](const auto& seen) { return seen.second != file; });
  const uint64_t around = is_another ? kAround : 0;
  std::vector<HotPart> out;
  IntervalSet taken;
  for (const HotPart& part : found->second) {
    const uint64_t begin = (part.begin - std::min(part.begin, around)) / block * block;
    const uint64_t end = std::min((part.end + around + block - 1) / block * block, file.size);
    for (const Interval& fresh : taken.Add(begin, end)) out.push_back({fresh.begin, fresh.end, part.rank});
  }
  std::sort(out.begin(), out.end(), [](const HotPart& a, const HotPart& b) { return a.begin < b.begin; });
  return out;
}

bool HotOrder::IsNeeded(const std::string& path) const {
  return names_.contains(path) || listed_.contains(ParentOf(path));
}

}  // namespace rootstream

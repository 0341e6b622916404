#include "chunker/hot_order.h"

#include <algorithm>
#include <map>

#include "base/interval_set.h"

namespace rootstream {
namespace {

constexpr uint64_t kPiece = 4096;         // bytes: what is put in order; profiles speak of pages
constexpr uint64_t kAround = 2 * kPiece;  // of what was read of another version; see docs/design.md

constexpr uint64_t kRequest = 32;  // pieces: the largest request of a kernel with read_ahead_kb 4

struct Piece {
  size_t path;  // number
  uint64_t number;
  auto operator<=>(const Piece&) const = default;
};

// Paths by number, since every page of every file is a Piece.
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

std::vector<Piece> PiecesOf(const std::vector<FilePart>& parts, Paths& paths) {
  std::vector<Piece> pieces;
  std::map<size_t, IntervalSet> seen;
  for (const FilePart& part : parts) {
    const size_t path = paths.NumberOf(part.path);
    const uint64_t end = part.end / kPiece + (part.end % kPiece != 0 ? 1 : 0);
    for (const Interval& fresh : seen[path].Add(part.begin / kPiece, end))
      for (uint64_t number = fresh.begin; number < fresh.end; ++number) pieces.push_back({path, number});
  }
  return pieces;
}

// Pieces that Linux with read_ahead_kb 4 asks for behind a read (mm/readahead.c; seen on 6.18): at a file's begin, as
// many as were read; behind more than one request, those up to its end and one more.
uint64_t BehindRead(uint64_t begin, uint64_t pieces) {
  if (pieces > kRequest) return (pieces + kRequest - 1) / kRequest * kRequest + kRequest - pieces;
  return begin == 0 && pieces > 1 ? pieces : 0;
}

// What such a kernel may ask for behind each of `read`.
std::vector<FilePart> Behind(const std::vector<FilePart>& read) {
  std::vector<FilePart> out;
  for (const FilePart& part : read) {
    const uint64_t more = BehindRead(part.begin, (part.end - part.begin + kPiece - 1) / kPiece);
    if (more > 0) out.push_back({part.path, part.end, part.end + more * kPiece});
  }
  return out;
}

// The pieces of `wanted`: those that `base` has too in its order, each other one behind the one that it
// follows in `wanted`.
std::vector<Piece> Rebase(const std::vector<Piece>& wanted, const std::vector<Piece>& base) {
  std::map<Piece, size_t> place;  // in base
  for (size_t i = 0; i < base.size(); ++i) place.emplace(base[i], i + 1);
  std::vector<std::pair<size_t, Piece>> placed;
  size_t at = 0;  // 0: before all of base
  for (const Piece& piece : wanted) {
    const auto known = place.find(piece);
    if (known != place.end()) at = known->second;
    placed.emplace_back(at, piece);
  }
  // What follows a piece of base stays behind it: equal places keep the order of `wanted`.
  std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Piece> order;
  for (const auto& [where, piece] : placed) order.push_back(piece);
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
  const std::vector<Piece> wanted = PiecesOf(read, paths);
  std::vector<Piece> order = Rebase(wanted, PiecesOf(base, paths));
  std::vector<FilePart> all = read;
  for (FilePart& part : Behind(read)) all.push_back(std::move(part));
  const std::vector<Piece> with_behind = PiecesOf(all, paths);
  order.insert(order.end(), with_behind.begin() + static_cast<ptrdiff_t>(wanted.size()), with_behind.end());
  size_t rank = 0;
  const HotPart* last = nullptr;
  size_t last_path = SIZE_MAX;
  for (const Piece& piece : order) {
    const uint64_t begin = piece.number * kPiece;
    std::vector<HotPart>& parts = parts_[paths.NameOf(piece.path)];
    const bool goes_on = last_path == piece.path && last->end == begin;
    if (goes_on) {
      parts.back().end += kPiece;
    } else {
      parts.push_back({begin, begin + kPiece, rank++});
    }
    last = &parts.back();
    last_path = piece.path;
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

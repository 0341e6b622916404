#include "store/objects/store_mark.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/file_io.h"
#include "format/image_name.h"
#include "format/limits.h"
#include "format/object_ref.h"
#include "format/ref.h"

namespace rootstream {
namespace {

constexpr std::string_view kFirstWords = "rootstream store, version ";
constexpr unsigned kVersion = 1;
constexpr size_t kRandomLetters = 6;  // as mkostemp(3) needs it

bool IsRandom(std::string_view letters) {
  return letters.size() == kRandomLetters && std::all_of(letters.begin(), letters.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

std::vector<std::string> NamesOrNone(const std::string& folder) {
  auto names = NamesIn(folder);
  return names.ok() ? std::move(*names) : std::vector<std::string>();
}

// The version in the mark; 0: no mark, or a damaged one.
unsigned VersionOf(const Result<std::string>& text) {
  if (!text.ok() || !text->starts_with(kFirstWords)) return 0;
  unsigned version = 0;
  std::from_chars(text->data() + kFirstWords.size(), text->data() + text->size(), version);
  return version;
}

bool IsRef(const std::string& path, const ImageName& image) {
  const auto bytes = ReadWholeFile(path + "/" + image.RefPath(), kMaxRef);
  if (!bytes.ok()) return false;
  const auto body = BodyOfRef(*bytes);
  return body.ok() && body->image == image;
}

bool HoldsARef(const std::string& path) {
  for (const std::string& name : NamesOrNone(path + "/images"))
    for (const std::string& tag : NamesOrNone(path + "/images/" + name))
      if (const auto image = ParseImageName(name + ":" + tag); image.ok() && IsRef(path, *image)) return true;
  return false;
}

bool IsPack(const std::string& path, const Id& id) {
  const auto fd = OpenFile(path + "/" + PackPath(id), O_RDONLY | O_NONBLOCK);
  std::string header(kPackHeaderSize, '\0');
  return fd.ok() && ReadFullyAt(fd->get(), header, 0) == static_cast<int64_t>(header.size()) && IsPackHeader(header);
}

bool HoldsAPack(const std::string& path) {
  for (const std::string& folder : NamesOrNone(path + "/packs"))
    for (const std::string& name : NamesOrNone(path + "/packs/" + folder))
      if (const auto id = IdFromHex(name); id && IsPack(path, *id)) return true;
  return false;
}

// True if the folder holds only empty folders of a store, locks, and what an interrupted publisher left while creating
// a store.
bool HoldsNothingElse(const std::string& path, const std::vector<std::string>& names) {
  static const std::set<std::string_view> kOurs = {"packs", "images",    "manifests",  "versions",    "tmp",
                                                   "lock",  "lock.refs", "lost+found", "images.list", kStoreMark};
  for (const std::string& name : names)
    if (!kOurs.contains(name) && FinalName(name) != kStoreMark && FinalName(name) != "images.list") return false;
  // Also tmp/: another publisher may have written the mark, and begun to upload.
  for (const char* folder : {"/packs", "/images", "/manifests", "/versions", "/tmp"})
    if (!NamesOrNone(path + folder).empty()) return false;
  return true;
}

}  // namespace

bool IsUploadName(std::string_view name) {
  constexpr std::string_view kBegin = "new-";
  return name.starts_with(kBegin) && IsRandom(name.substr(kBegin.size()));
}

std::string_view FinalName(std::string_view name) {
  const size_t tilde = name.rfind('~');
  if (tilde == std::string_view::npos || !IsRandom(name.substr(tilde + 1))) return {};
  return name.substr(0, tilde);
}

Result<FolderKind> KindOfFolder(const std::string& path) {
  RS_TRY(const auto names, NamesIn(path));
  const unsigned version = VersionOf(ReadWholeFile(path + "/" + std::string(kStoreMark), kMaxStoreMark));
  if (version > kVersion)
    return Invalid(path + ": a store of version " + std::to_string(version) + ", which is not known here");
  if (version == kVersion) return FolderKind::kStore;
  if (HoldsARef(path) || HoldsAPack(path)) return FolderKind::kUnmarkedStore;
  return HoldsNothingElse(path, names) ? FolderKind::kUnused : FolderKind::kForeign;
}

bool IsStoreMark(const Result<std::string>& bytes) { return VersionOf(bytes) == kVersion; }

std::string StoreMarkText() { return std::string(kFirstWords) + std::to_string(kVersion) + "\n"; }

}  // namespace rootstream

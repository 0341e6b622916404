#include "format/profile.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/interval_set.h"
#include "format/limits.h"

namespace rootstream {
namespace {

constexpr std::string_view kMagic = "rootstream profile 1";
constexpr std::array<std::pair<ProfileKind, std::string_view>, 5> kKinds = {{
    {ProfileKind::kLook, "look"},
    {ProfileKind::kList, "list"},
    {ProfileKind::kRead, "read"},
    {ProfileKind::kShard, "shard"},
    {ProfileKind::kFile, "file"},
}};

std::string_view NameOf(ProfileKind kind) {
  return std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.first == kind; })->second;
}

bool IsPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '\\'; }

std::string Escape(std::string_view path) {
  std::string out;
  for (const char c : path) out += IsPlain(c) ? std::string(1, c) : "\\" + Hex({&c, 1});
  return out;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsPlain(text[i])) {
      out += text[i];
      continue;
    }
    if (text[i] != '\\' || i + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    if (IsPlain(out.back())) return std::nullopt;  // each path has exactly one spelling
    i += 2;
  }
  return out;
}

// Fields of a line, from the front. Like Decoder: nothing fails by itself.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}

  std::string_view Word() {
    const size_t space = std::min(rest_.find(' '), rest_.size());
    const std::string_view word = rest_.substr(0, space);
    rest_.remove_prefix(std::min(space + 1, rest_.size()));
    return word;
  }
  uint64_t Number() {
    const std::string_view word = Word();
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    const bool canonical = word.size() == 1 || !word.starts_with('0');
    if (error != std::errc() || end != word.data() + word.size() || !canonical) ok_ = false;
    return value;
  }
  int64_t SignedNumber() {
    const bool is_negative = rest_.starts_with('-');
    if (is_negative) rest_.remove_prefix(1);
    const uint64_t value = Number();
    if (value > INT64_MAX || (is_negative && value == 0)) {
      ok_ = false;
      return 0;
    }
    return is_negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  }
  std::string Path() {
    auto path = Unescape(std::exchange(rest_, {}));
    if (!path || !path->starts_with('/') || path->size() > kMaxProfilePath || path->find('\0') != std::string::npos) {
      ok_ = false;
      return "";
    }
    return *std::move(path);
  }
  Id Hash() {
    const auto id = IdFromHex(std::exchange(rest_, {}));
    if (!id) ok_ = false;
    return id.value_or(Id());
  }
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<ProfileEvent> DecodeEvent(std::string_view line) {
  Fields fields(line);
  const std::string_view name = fields.Word();
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.second == name; });
  if (kind == kKinds.end()) return std::nullopt;
  ProfileEvent event;
  event.kind = kind->first;
  event.at = fields.Number();
  event.waited = fields.Number();
  if (event.kind == ProfileKind::kRead) event.offset = fields.Number();
  if (event.kind == ProfileKind::kRead || event.kind == ProfileKind::kShard) event.length = fields.Number();
  if (event.kind == ProfileKind::kFile) {
    event.version.size = fields.Number();
    event.version.mtime = fields.SignedNumber();
  }
  if (event.kind == ProfileKind::kShard) {
    event.shard = fields.Hash();
  } else {
    event.path = fields.Path();
  }
  const bool sound = fields.AtEnd() && event.offset + event.length >= event.offset &&
                     (event.kind != ProfileKind::kRead || event.length > 0);
  return sound ? std::optional(event) : std::nullopt;
}

std::string EncodeEvent(const ProfileEvent& event) {
  std::string line(NameOf(event.kind));
  line += " " + std::to_string(event.at) + " " + std::to_string(event.waited);
  if (event.kind == ProfileKind::kRead) line += " " + std::to_string(event.offset);
  if (event.kind == ProfileKind::kRead || event.kind == ProfileKind::kShard) line += " " + std::to_string(event.length);
  if (event.kind == ProfileKind::kFile)
    line += " " + std::to_string(event.version.size) + " " + std::to_string(event.version.mtime);
  return line + " " + (event.kind == ProfileKind::kShard ? event.shard.Hex() : Escape(event.path)) + "\n";
}

// Lines, each ended by a newline.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> Next() {
    const size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return line;
  }
  bool AtEnd() const { return rest_.empty(); }
  size_t number() const { return number_; }

 private:
  std::string_view rest_;
  size_t number_ = 0;
};

Error Damaged(const Lines& lines, const std::string& why) {
  return Corrupt("line " + std::to_string(lines.number()) + ": " + why);
}

// The value of a header line "key value".
std::optional<std::string> Header(Lines& lines, const std::string& key) {
  const auto line = lines.Next();
  if (!line || !line->starts_with(key + " ")) return std::nullopt;
  return std::string(line->substr(key.size() + 1));
}

// What has been said already, so that it is not said again.
class Said {
 public:
  // The parts of an event that no earlier event has.
  std::vector<ProfileEvent> Add(const ProfileEvent& event) {
    std::vector<ProfileEvent> fresh;
    if (event.kind != ProfileKind::kRead) {
      const auto [size, mtime] = event.version;
      if (others_.emplace(event.kind, event.path, event.shard, size, mtime).second) fresh.push_back(event);
      return fresh;
    }
    for (const Interval& part : read_[event.path].Add(event.offset, event.offset + event.length)) {
      fresh.push_back(event);
      fresh.back().offset = part.begin;
      fresh.back().length = part.end - part.begin;
    }
    return fresh;
  }

 private:
  std::set<std::tuple<ProfileKind, std::string, Id, uint64_t, int64_t>> others_;
  std::map<std::string, IntervalSet> read_;
};

}  // namespace

std::string Profile::Encode() const {
  std::string out = std::string(kMagic) + "\nimage " + image.ToString() + "\nmanifest " + manifest.Hex() + "\n";
  for (const ProfileEvent& event : events) out += EncodeEvent(event);
  return out;
}

Result<Profile> Profile::Decode(std::string_view text) {
  if (text.size() > kMaxProfile) return Corrupt("larger than a profile may be");
  Lines lines(text);
  const auto magic = lines.Next();
  if (!magic || !magic->starts_with("rootstream profile ")) return Corrupt("not a profile");
  if (*magic != kMagic) return Corrupt("a profile of a version that is not known here");
  Profile profile;
  const auto image = Header(lines, "image");
  const auto name = ParseImageName(image.value_or(""));
  if (!image || !name.ok() || name->ToString() != *image) return Damaged(lines, "not the image's name and tag");
  profile.image = *name;
  const auto manifest = IdFromHex(Header(lines, "manifest").value_or(""));
  if (!manifest) return Damaged(lines, "not the manifest's id");
  profile.manifest = *manifest;
  while (const auto line = lines.Next()) {
    auto event = DecodeEvent(*line);
    if (!event) return Damaged(lines, "not an event");
    if (!profile.events.empty() && event->at < profile.events.back().at)
      return Damaged(lines, "earlier than the line before");
    if (profile.events.size() == kMaxProfileEvents) return Damaged(lines, "too many events");
    profile.events.push_back(std::move(*event));
  }
  if (!lines.AtEnd()) return Damaged(lines, "the line behind it is cut off");
  return profile;
}

Result<Profile> MergeProfiles(std::span<const Profile> profiles) {
  if (profiles.empty()) return Invalid("there is no profile to merge");
  Profile merged = profiles.front();
  for (const Profile& profile : profiles.subspan(1)) {
    if (profile.image.name != merged.image.name)
      return Invalid("a profile of image " + profile.image.name + " does not go with one of " + merged.image.name);
    for (const ProfileEvent& event : profile.events)
      if (event.kind != ProfileKind::kShard || profile.manifest == merged.manifest) merged.events.push_back(event);
  }
  std::vector<ProfileEvent> all = std::exchange(merged.events, {});
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  Said said;
  for (const ProfileEvent& event : all)
    for (ProfileEvent& part : said.Add(event)) merged.events.push_back(std::move(part));
  if (merged.events.size() > kMaxProfileEvents) return Invalid("together they have too many events");
  return merged;
}

}  // namespace rootstream

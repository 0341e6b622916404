#include "fusefs/mount/mounts.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "base/file_io.h"

namespace rootstream {
namespace {

constexpr const char* kOurType = "fuse.rootstream";
constexpr int kMaxLinks = 40;  // the kernel's limit, path_resolution(7)

// mountinfo writes space, tab, newline and backslash as three octal digits.
std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// "…,user_id=1000,…" of FUSE's mounts.
std::optional<uid_t> OwnerIn(std::string_view options) {
  constexpr std::string_view kKey = "user_id=";
  while (!options.empty()) {
    const std::string_view option = options.substr(0, options.find(','));
    options.remove_prefix(std::min(options.size(), option.size() + 1));
    if (!option.starts_with(kKey)) continue;
    uid_t owner = 0;
    const char* const end = option.data() + option.size();
    const auto [rest, error] = std::from_chars(option.data() + kKey.size(), end, owner);
    if (error == std::errc() && rest == end) return owner;
  }
  return std::nullopt;
}

// Where `path` leads to, its last part unresolved if that is a mountpoint. `links`: how many more symlinks may be
// followed.
std::string AbsolutePath(const std::string& path, int links) {
  std::filesystem::path given(path);
  std::error_code gone;  // the current directory
  if (!given.is_absolute()) given = std::filesystem::current_path(gone) / given;
  given = given.lexically_normal();
  if (!given.has_filename()) given = given.parent_path();
  if (given == given.root_path()) return given;
  char target[PATH_MAX];
  const ssize_t size = links > 0 ? readlink(given.c_str(), target, sizeof target) : -1;
  if (size > 0) return AbsolutePath(given.parent_path() / std::string(target, size), links - 1);
  // Only the parent is resolved: resolving the path itself would ask the mount, which may hang.
  char* parent = realpath(given.parent_path().c_str(), nullptr);
  if (parent == nullptr) return given;
  const std::string resolved = std::filesystem::path(parent) / given.filename();
  free(parent);
  return resolved;
}

}  // namespace

namespace {

std::vector<MountEntry> AllMounts() {
  const auto text = ReadWholeFile("/proc/self/mountinfo", 64 << 20);
  return text.ok() ? ParseMountInfo(*text) : std::vector<MountEntry>();
}

}  // namespace

std::vector<MountEntry> ParseMountInfo(std::string_view text) {
  std::vector<MountEntry> mounts;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    MountEntry mount;
    std::string skipped, mountpoint;
    words >> skipped >> skipped >> mount.device >> skipped >> mountpoint >> mount.flags;
    while (words >> skipped && skipped != "-") {
    }
    std::string source, filesystem_options;
    words >> mount.type >> source >> filesystem_options;
    if (mount.type.empty()) continue;
    mount.mountpoint = Unescape(mountpoint);
    mount.source = Unescape(source);
    mount.owner = OwnerIn(filesystem_options);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::optional<MountEntry> FindMount(const std::string& path) {
  const std::string wanted = AbsolutePath(path, kMaxLinks);
  std::optional<MountEntry> found;
  for (MountEntry& mount : AllMounts())
    if (mount.mountpoint == wanted) found = std::move(mount);
  return found;
}

std::vector<MountEntry> RootstreamMounts() {
  std::map<std::string, MountEntry> topmost;
  for (MountEntry& mount : AllMounts()) topmost[mount.mountpoint] = std::move(mount);
  std::vector<MountEntry> ours;
  for (auto& [mountpoint, mount] : topmost)
    if (mount.type == kOurType) ours.push_back(std::move(mount));
  return ours;
}

Result<MountEntry> FindRootstreamMount(const std::string& path) {
  auto mount = FindMount(path);
  if (!mount) return Invalid(path + ": nothing is mounted there");
  if (mount->type != kOurType) return Invalid(path + ": not a rootstream mount but " + mount->type);
  return *mount;
}

}  // namespace rootstream

#include "fusefs/mounts.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "cache/file_io.h"

namespace rootstream {
namespace {

// mountinfo writes space, tab, newline and backslash as three octal digits.
std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                      (text[i + 3] - '0')));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string AbsolutePath(const std::string& path) {
  std::filesystem::path given(path);
  if (!given.is_absolute()) given = std::filesystem::current_path() / given;
  given = given.lexically_normal();
  if (!given.has_filename()) given = given.parent_path();
  if (given == given.root_path()) return given;
  char target[PATH_MAX];
  if (const ssize_t n = readlink(given.c_str(), target, sizeof target); n > 0)
    return AbsolutePath(given.parent_path() / std::string(target, n));
  // Only the parent is resolved: looking at the path itself would ask the mount.
  char* parent = realpath(given.parent_path().c_str(), nullptr);
  if (parent == nullptr) return given;
  const std::string resolved = std::filesystem::path(parent) / given.filename();
  free(parent);
  return resolved;
}

}  // namespace

std::vector<MountEntry> ParseMountInfo(std::string_view text) {
  std::vector<MountEntry> mounts;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    MountEntry mount;
    std::string skipped, mountpoint;
    words >> skipped >> skipped >> mount.device >> skipped >> mountpoint;
    while (words >> skipped && skipped != "-") {
    }
    std::string source;
    words >> mount.type >> source;
    if (mount.type.empty()) continue;
    mount.mountpoint = Unescape(mountpoint);
    mount.source = Unescape(source);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::optional<MountEntry> FindMount(const std::string& path) {
  const auto text = ReadWholeFile("/proc/self/mountinfo", 64 << 20);
  if (!text.ok()) return std::nullopt;
  const std::string wanted = AbsolutePath(path);
  std::optional<MountEntry> found;
  for (MountEntry& mount : ParseMountInfo(*text))
    if (mount.mountpoint == wanted) found = std::move(mount);
  return found;
}

Result<MountEntry> FindRootstreamMount(const std::string& path) {
  auto mount = FindMount(path);
  if (!mount) return Invalid(path + ": nothing is mounted there");
  if (mount->type != "fuse.rootstream")
    return Invalid(path + ": not a rootstream mount but " + mount->type);
  return *mount;
}

}  // namespace rootstream

#include "chunker/source/path_filter.h"

#include <fnmatch.h>

#include <algorithm>

namespace rootstream {
namespace {

// The last `names` names of a path; the whole path if it has no more.
const char* EndOf(const std::string& path, size_t names) {
  size_t at = path.size();
  for (; names > 0; --names) {
    const size_t slash = at == 0 ? std::string::npos : path.rfind('/', at - 1);
    if (slash == std::string::npos) return path.c_str();
    at = slash;
  }
  return path.c_str() + at + 1;
}

}  // namespace

Status PathFilter::Add(std::string_view pattern) {
  std::string_view text = pattern;
  if (text.starts_with("./")) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  const bool is_whole = text.starts_with('/');
  const std::string names = (is_whole ? "" : "/") + std::string(text) + "/";
  for (const char* none : {"//", "/./", "/../"})
    if (names.find(none) != std::string::npos)
      return Invalid("'" + std::string(pattern) + "' is no pattern of a path in the source");
  const auto slashes = static_cast<size_t>(std::count(text.begin(), text.end(), '/'));
  patterns_.push_back({std::string(text), is_whole ? 0 : slashes + 1});
  return Ok();
}

bool PathFilter::Excludes(const std::string& path) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    const char* text = pattern.names == 0 ? path.c_str() : EndOf(path, pattern.names);
    return fnmatch(pattern.text.c_str(), text, FNM_PATHNAME) == 0;
  });
}

bool PathFilter::ExcludesWithin(const std::string& path) const {
  for (size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
    if (Excludes(path.substr(0, end))) return true;
  return Excludes(path);
}

}  // namespace rootstream

#include "store/objects/store_path.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace rootstream {
namespace {

// "scheme://" (RFC 3986, 3.1).
bool IsUrl(const std::string& text) {
  const size_t end = text.find("://");
  if (end == std::string::npos || end == 0) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(end),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.'; });
}

}  // namespace

Result<std::string> StorePath(const std::string& text) {
  if (text.empty()) return Invalid("the store's path is empty");
  if (IsUrl(text))
    return Invalid(text +
                   ": a store is written in a folder or to s3://BUCKET, not at a URL; copy the folder to its server");
  std::string path = text;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::optional<std::string> PathWithin(const std::string& outer, const std::string& inner) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto plain = [&](const std::string& path) {
    return fs::weakly_canonical(fs::absolute(path, error), error).string();
  };
  std::string above = plain(outer), below = plain(inner);
  if (error) return std::nullopt;
  while (above.ends_with('/')) above.pop_back();
  while (below.ends_with('/')) below.pop_back();
  if (above == below) return "/";
  if (!below.starts_with(above + "/")) return std::nullopt;
  return below.substr(above.size());
}

bool IsSameStore(const std::string& a, const std::string& b) {
  struct stat st_a, st_b;
  return stat(a.c_str(), &st_a) == 0 && stat(b.c_str(), &st_b) == 0 && st_a.st_dev == st_b.st_dev &&
         st_a.st_ino == st_b.st_ino;
}

}  // namespace rootstream

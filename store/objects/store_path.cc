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

// A folder's path as a URL (RFC 3986, 2.3).
std::string FileUrl(const std::string& path) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string url = "file://";
  for (const unsigned char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      url += static_cast<char>(c);
    } else {
      url += {'%', kDigits[c >> 4], kDigits[c & 15]};
    }
  }
  return url;
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

Result<std::string> UrlOfStore(const std::string& text) {
  RS_TRY(const std::string path, StorePath(text));
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(path, error);
  if (error) return Failed("cannot look at " + path + ": " + error.message());
  return FileUrl(absolute);
}

bool IsSameStore(const std::string& a, const std::string& b) {
  struct stat st_a, st_b;
  return stat(a.c_str(), &st_a) == 0 && stat(b.c_str(), &st_b) == 0 && st_a.st_dev == st_b.st_dev &&
         st_a.st_ino == st_b.st_ino;
}

}  // namespace rootstream

#include "fusefs/daemon_files.h"

#include <charconv>
#include <filesystem>

#include "cache/file_io.h"

namespace rootstream {

std::string PathOfFileUrl(std::string_view url) {
  constexpr std::string_view kScheme = "file://", kHere = "localhost/";
  if (!url.starts_with(kScheme)) return "";
  url.remove_prefix(kScheme.size());
  if (url.starts_with(kHere)) url.remove_prefix(kHere.size() - 1);
  url = url.substr(0, url.find_first_of("?#"));
  std::string path;
  for (size_t i = 0; i < url.size(); ++i) {
    uint8_t byte = 0;
    const char* const digits = url.data() + i + 1;
    if (url[i] == '%' && i + 2 < url.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      path.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      path.push_back(url[i]);
    }
  }
  return path;
}

FileNeeds FilesOfDaemon(const MountOptions& options) {
  FileNeeds needs;
  needs.read = options.client.public_keys;
  std::vector<std::string> urls = options.client.mirrors;
  if (const auto image = ParseImageUrl(options.client.url); image.ok()) urls.push_back(image->store);
  for (const std::string& url : urls)
    if (std::string path = PathOfFileUrl(url); !path.empty()) needs.read.push_back(std::move(path));
  if (const std::string cache = CacheFolder(options.client); !cache.empty()) {
    (void)MakeFolders(cache, 0700);
    needs.write.push_back(cache);
  }
  if (!options.record.empty()) needs.write.push_back(std::filesystem::path(options.record).parent_path());
  return needs;
}

}  // namespace rootstream

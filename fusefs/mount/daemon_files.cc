#include "fusefs/mount/daemon_files.h"

#include <filesystem>

#include "base/file_io.h"
#include "base/url_text.h"
#include "cache/network/credentials.h"

namespace rootstream {

FileNeeds FilesOfDaemon(const MountOptions& options) {
  FileNeeds needs;
  needs.read = options.client.public_keys;
  for (const std::string& ref : options.client.refs) needs.read.push_back(ref);
  for (const CredentialOption& option : kCredentialOptions)
    if (const std::string& file = options.client.credentials.*option.file; !file.empty()) needs.read.push_back(file);
  std::vector<std::string> urls = options.client.mirrors;
  if (const auto url = ParseLayersUrl(options.client.url); url.ok()) urls.push_back(url->store);
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

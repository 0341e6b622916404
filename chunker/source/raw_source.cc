#include <fcntl.h>

#include <filesystem>

#include "base/file_io.h"
#include "chunker/source/file_content.h"
#include "chunker/source/source.h"

namespace rootstream {
namespace {

class RawSource : public Source {
 public:
  RawSource(std::string path, UniqueFd fd, const struct stat& st)
      : path_(std::move(path)), fd_(std::move(fd)), stat_(st) {}

  Result<std::optional<SourceEntry>> Next() override {
    SourceEntry entry{.depth = given_};
    entry.inode.mode = given_ == 0 ? S_IFDIR | 0755 : S_IFREG | 0644;
    entry.inode.mtime_seconds = stat_.st_mtim.tv_sec;
    entry.inode.mtime_nanoseconds = static_cast<uint32_t>(stat_.st_mtim.tv_nsec);
    if (given_ == 1) {
      entry.name = std::filesystem::path(path_).filename();
      entry.inode.size = stat_.st_size;
    }
    if (given_++ == 2) return std::optional<SourceEntry>();
    return std::optional(std::move(entry));
  }

  Status ReadContent(const ContentUse& use) override { return ReadFileContent(fd_.get(), stat_, path_, use); }

  uint64_t ExpectedBytes() const override { return stat_.st_size; }

 private:
  const std::string path_;
  const UniqueFd fd_;
  const struct stat stat_;
  uint32_t given_ = 0;  // entries
};

}  // namespace

Result<std::unique_ptr<Source>> OpenRawSource(const std::string& path) {
  RS_TRY(UniqueFd fd, OpenFile(path, O_RDONLY));
  struct stat st;
  if (fstat(fd.get(), &st) != 0) return ErrnoError("cannot look at", path);
  return std::unique_ptr<Source>(new RawSource(path, std::move(fd), st));
}

}  // namespace rootstream

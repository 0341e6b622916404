#include <sys/stat.h>

#include "cache/file_io.h"
#include "chunker/source.h"

namespace rootstream {
namespace {

constexpr off_t kSector = 512;

}  // namespace

Result<std::unique_ptr<Source>> OpenSource(const std::string& path) {
  if (path == "-") return OpenTarSource(path);
  struct stat st;
  if (stat(path.c_str(), &st) != 0) return ErrnoError("cannot open source", path);
  if (S_ISDIR(st.st_mode)) return OpenFolderSource(path);
  if (!S_ISREG(st.st_mode)) return Invalid(path + ": neither a directory nor a tar nor a disk image");
  auto tar = OpenTarSource(path);
  if (tar.ok() || tar.error().kind != ErrorKind::kMissing) return tar;
  if (st.st_size > 0 && st.st_size % kSector == 0) return OpenRawSource(path);
  return Invalid(path + ": neither a directory nor a tar nor a disk image (whole sectors of " +
                 std::to_string(kSector) + " bytes)");
}

}  // namespace rootstream

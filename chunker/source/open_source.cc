#include <sys/stat.h>

#include "base/file_io.h"
#include "chunker/source/source.h"
#include "chunker/source/source_format.h"
#include "chunker/source/tar_stream.h"

namespace rootstream {
namespace {

constexpr off_t kSector = 512;

bool IsFile(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

// A folder in which an image's layers are packed, not its files.
Status CheckUnpacked(const std::string& path) {
  const char* what = nullptr;
  if (IsFile(path + "/oci-layout") && IsFile(path + "/index.json")) what = "an OCI image layout";
  const auto json = ReadWholeFile(path + "/manifest.json", 1 << 20);
  if (json.ok() && IsDockerManifest(*json)) what = "an unpacked docker archive";
  if (what == nullptr) return Ok();
  return Invalid(path + ": " + what +
                 ", which is not supported: publish its unpacked root file system, or the tar of " + "docker export");
}

struct Look {
  FileFormat format;
  bool is_compressed = false;
};

Result<Look> LookAt(const std::string& path) {
  TarStream stream;
  if (const Status opened = stream.Open(path); !opened.ok())
    return Invalid(path + ": cannot read it: " + opened.error().message);
  const FileFormat format = FormatOf(stream.Peek(kFormatHead));
  if (stream.failed()) return Invalid(path + ": cannot read it: " + stream.error());
  return Look{format, stream.is_compressed()};
}

Result<std::unique_ptr<Source>> OpenDisk(const std::string& path, const FileFormat& format,
                                         const SourceOptions& options) {
  if (!options.excluded.empty()) return Invalid(path + ": of a disk image nothing can be left out");
  options.tell(path + ": taken as a disk image" +
               (format.name.empty() ? ", though it has no partition table or file system that is known"
                                    : " with " + format.name));
  return OpenRawSource(path);
}

}  // namespace

Result<std::unique_ptr<Source>> OpenSource(const std::string& path, const SourceOptions& options) {
  if (path == "-") return OpenTarSource(path, options);
  struct stat st;
  if (stat(path.c_str(), &st) != 0) return ErrnoError("cannot open source", path);
  if (S_ISDIR(st.st_mode)) {
    RS_CHECK(CheckUnpacked(path));
    return OpenFolderSource(path, options);
  }
  const std::string none = ": neither a directory nor a tar nor a disk image";
  if (!S_ISREG(st.st_mode)) return Invalid(path + none);
  RS_TRY(const Look look, LookAt(path));
  if (look.format.kind == FileKind::kTar) return OpenTarSource(path, options);
  if (look.format.kind == FileKind::kDamagedTar)
    return Invalid(path + ": a damaged tar: the checksum of its first header is wrong");
  if (look.format.kind == FileKind::kForeign) return Invalid(path + none + " but " + look.format.name);
  if (look.is_compressed) return Invalid(path + none + ": it is compressed, and there is no tar in it");
  if (st.st_size > 0 && st.st_size % kSector == 0) return OpenDisk(path, look.format, options);
  return Invalid(path + none + " (whole sectors of " + std::to_string(kSector) + " bytes)");
}

}  // namespace rootstream

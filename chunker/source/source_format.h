// Detects the format of a file by its first bytes, so that the publisher refuses files that only look like a source.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rootstream {

enum class FileKind {
  kTar,         // also an empty one
  kDamagedTar,  // its first header is no header, but it or later ones look like one
  kDisk,        // with a partition table or a file system that can be written to
  kForeign,     // something else that is known
  kUnknown,
};

struct FileFormat {
  FileKind kind = FileKind::kUnknown;
  std::string name;  // "an ext4 file system"; empty: none is known
};

inline constexpr size_t kFormatHead = 256 << 10;  // bytes that are examined

// `head`: the first kFormatHead bytes, or all of a shorter file.
FileFormat FormatOf(std::string_view head);

// The manifest.json of a docker archive, or its beginning.
bool IsDockerManifest(std::string_view json);

}  // namespace rootstream

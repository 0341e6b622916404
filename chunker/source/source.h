// Source: what is published. It delivers entries in canonical order: depth first, the names of a directory sorted as
// bytes. So a tree and its tar make the same image. Used by one thread; it may have a thread of its own that reads
// ahead.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chunker/source/path_filter.h"
#include "format/tree.h"

namespace rootstream {

struct SourceEntry {
  uint32_t depth = 0;  // 0: the root, which is first and has an empty name
  std::string name;
  Inode inode;              // mode, owner, time, size, device; the chunker sets the rest
  std::string target;       // of a symlink
  XattrSet xattrs;          // sorted by name
  uint64_t link_group = 0;  // not 0: entries with the same number are one inode (never directories)
};

class Source {
 public:
  // Receives parts of a file in the order of their offsets; gaps are zeros.
  using ContentUse = std::function<Status(uint64_t offset, std::string_view bytes)>;

  virtual ~Source() = default;
  virtual Result<std::optional<SourceEntry>> Next() = 0;  // nullopt: the end
  // Reads the content of the last entry, which must be a regular file. It may be called again for the same entry, or
  // not at all. Fails if the file changes meanwhile.
  virtual Status ReadContent(const ContentUse& use) = 0;
  // An estimate of the bytes of all contents; 0: unknown.
  virtual uint64_t ExpectedBytes() const { return 0; }
};

struct SourceOptions {
  PathFilter excluded;           // each source leaves these paths out itself
  bool one_file_system = false;  // do not descend into mounts
  std::string store;             // folder that must not be in the source; empty: none
  // Called with messages to the person, one line each.
  std::function<void(const std::string& line)> tell = [](const std::string&) {};
};

// Opens a directory, a tar with any compression that libarchive supports, "-" (a tar on standard input), or a raw disk
// image. kInvalid: it is none of these, or damaged.
Result<std::unique_ptr<Source>> OpenSource(const std::string& path, const SourceOptions& options = {});

Result<std::unique_ptr<Source>> OpenFolderSource(const std::string& path, const SourceOptions& options = {});
// `path` "-" is standard input. The archive is read once, and spooled in $TMPDIR or /var/tmp. kMissing: it contains no
// tar; kInvalid: it is damaged or truncated.
Result<std::unique_ptr<Source>> OpenTarSource(const std::string& path, const SourceOptions& options = {});
// A source with one file, which has the name of the disk image.
Result<std::unique_ptr<Source>> OpenRawSource(const std::string& path);

}  // namespace rootstream

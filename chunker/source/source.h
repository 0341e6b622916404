// Source: what is published, entry by entry, in canonical order: depth first, names of a directory sorted as bytes. So
// a tree and its tar are the same image. Used by one thread; what it reads may come from another of its own.
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
  uint32_t depth = 0;  // 0: the root, which comes first and has an empty name
  std::string name;
  Inode inode;              // mode, owner, time, size, device; the rest is the chunker's
  std::string target;       // of a symlink
  XattrSet xattrs;          // sorted by name
  uint64_t link_group = 0;  // not 0: entries with the same number are one inode (never directories)
};

class Source {
 public:
  // Parts of a file in order of offset; what is left out is zeros.
  using ContentUse = std::function<Status(uint64_t offset, std::string_view bytes)>;

  virtual ~Source() = default;
  virtual Result<std::optional<SourceEntry>> Next() = 0;  // nullopt: the end
  // Of the entry that Next() returned last, a regular file. Fails if it changes while it is read.
  virtual Status ReadContent(const ContentUse& use) = 0;
  // How many bytes of content will come, about; 0: not known.
  virtual uint64_t ExpectedBytes() const { return 0; }
};

struct SourceOptions {
  PathFilter excluded;
  bool one_file_system = false;  // what is mounted in a folder is left out
  std::string store;             // folder that must not be met in the source; empty: none
  // What a person should know of it, a line at a time.
  std::function<void(const std::string& line)> tell = [](const std::string&) {};
};

// A directory, a tar (any compression libarchive knows), "-" (a tar on standard input), or a raw disk
// image. kInvalid: none of these, or a damaged one.
Result<std::unique_ptr<Source>> OpenSource(const std::string& path, const SourceOptions& options = {});

Result<std::unique_ptr<Source>> OpenFolderSource(const std::string& path, const SourceOptions& options = {});
// `path` "-" is standard input. The archive is read once and spooled in `$TMPDIR` or /var/tmp.
// kMissing: there is no tar in it; kInvalid: a damaged or truncated one.
Result<std::unique_ptr<Source>> OpenTarSource(const std::string& path, const SourceOptions& options = {});
// An image with one file, named as the image is.
Result<std::unique_ptr<Source>> OpenRawSource(const std::string& path);

}  // namespace rootstream

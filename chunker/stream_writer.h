// StreamWriter: files' contents into the image's stream, and the stream into chunks.
//
// A large file is cut alone, so it makes the same chunks wherever it stands. Small files are joined in
// path order, each content once, and cut together: three chunks in four are saved against cutting each
// (docs/design.md). Blocks of zeros are left out as holes wherever they come from, so that a sparse file,
// a copy of it without holes, and either one's tar make the same image.
#pragma once

#include <string>
#include <vector>

#include "chunker/chunk_store.h"
#include "chunker/content_index.h"
#include "chunker/fastcdc.h"
#include "chunker/inode_record.h"
#include "chunker/source.h"

namespace rootstream {

// Positions in the stream: files cut alone have kAlone set, joined files have not.
inline constexpr uint64_t kAlone = uint64_t{1} << 62;

class StreamWriter {
 public:
  explicit StreamWriter(ChunkStore& chunks, CutSizes sizes) : chunks_(chunks), sizes_(sizes) {}

  using ReadContent = std::function<Status(const Source::ContentUse&)>;
  // The extents of a file of `size` bytes, whose content `read` gives.
  Result<std::vector<FileExtent>> AddFile(uint64_t size, const ReadContent& read);
  // The files of directory `path` come next: a good place to cut joined files, once there are enough of
  // them, since a change in one directory then leaves the next one's chunks alone. Its path decides, so
  // that a change before it moves no more than the edges beside it.
  Status BeginDirectory(const std::string& path);
  Status Finish();  // after the last file; then all chunks have their places

  // Chunks in order of position: of joined files, of files cut alone.
  const std::vector<StreamChunk>& joined() const { return joined_.chunks; }
  const std::vector<StreamChunk>& alone() const { return alone_.chunks; }

 private:
  struct Stream {
    uint64_t start = 0;    // position of the first byte in `pending`
    std::string pending;   // not yet cut
    size_t files = 0;      // joined since the last cut
    std::vector<StreamChunk> chunks;
  };
  // What AddFile() gathers for one file.
  struct File {
    uint64_t block = 0;  // holes are made of whole blocks of this many bytes
    std::vector<FileExtent> extents;
    std::string data;    // without holes; of a small file
  };

  Status AddBlocks(File& file, uint64_t offset, std::string_view bytes, Stream* alone);
  Status Join(File& file);
  static void AddData(File& file, uint64_t offset, uint64_t length, uint64_t position);
  Status Cut(Stream& stream, bool all);

  ChunkStore& chunks_;
  const CutSizes sizes_;
  Stream joined_;
  Stream alone_{.start = kAlone};
  ContentIndex small_files_;
};

}  // namespace rootstream

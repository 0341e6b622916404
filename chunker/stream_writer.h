// StreamWriter: files' contents into the image's stream, and the stream into chunks. Used by one thread; chunks are
// compressed on others.
//
// A large file is cut alone, so it makes the same chunks wherever it stands. Small files are joined in
// path order, each content once, and cut together: three chunks in four are saved against cutting each
// (docs/design.md). What a profile names is taken out of its file, and laid before all else in the
// profile's order. Blocks of zeros are left out as holes wherever they come from, so that a sparse file,
// a copy of it without holes, and either one's tar make the same image.
#pragma once

#include <string>
#include <vector>

#include "chunker/block_aligner.h"
#include "chunker/chunk_store.h"
#include "chunker/content_index.h"
#include "chunker/fastcdc.h"
#include "chunker/hot_order.h"
#include "chunker/hot_stream.h"
#include "chunker/source/inode_record.h"
#include "chunker/source/source.h"

namespace rootstream {

class StreamWriter {
 public:
  // `order` outlives the writer.
  StreamWriter(ChunkStore& chunks, CutSizes sizes, const HotOrder& order, HotStream hot)
      : chunks_(chunks), sizes_(sizes), order_(order), hot_(std::move(hot)) {}

  using ReadContent = std::function<Status(const Source::ContentUse&)>;
  // The extents of the file at `path`, whose content `read` gives. Their positions are final after Laid().
  Result<std::vector<FileExtent>> AddFile(const std::string& path, const FileVersion& version, const ReadContent& read);
  // What the profile names by `path`, another name of a file that was added with `extents`: it is taken to
  // the front after all. The file's new extents.
  Result<std::vector<FileExtent>> AddName(const std::string& path, const FileVersion& version,
                                          std::vector<FileExtent> extents, const ReadContent& read);
  bool HasHotParts(const std::string& path) const { return order_.HasParts(path); }
  // The files of directory `path` come next: a good place to cut joined files, once there are enough of
  // them, since a change in one directory then leaves the next one's chunks alone. Its path decides, so
  // that a change before it moves no more than the edges beside it.
  Status BeginDirectory(const std::string& path);
  Status Finish();  // after the last file; then all chunks have their places

  // After Finish().
  std::vector<FileExtent> Laid(const std::vector<FileExtent>& extents) const { return hot_.Laid(extents); }
  const std::vector<StreamChunk>& chunks() const { return all_; }  // in order of position
  const HotStream& hot() const { return hot_; }

 private:
  struct Stream {
    uint64_t start = 0;   // position of the first byte in `pending`
    std::string pending;  // not yet cut
    size_t files = 0;     // joined since the last cut
    std::vector<StreamChunk> chunks;
  };
  // What AddFile() gathers for one file.
  struct File {
    uint64_t block = 0;  // holes are made of whole blocks of this many bytes
    std::vector<HotPart> hot;
    std::vector<FileExtent> hot_extents;
    std::vector<FileExtent> extents;  // of the rest
    std::string data;                 // the rest without holes; of a small file
  };

  static Status ReadBlocks(const File& file, uint64_t size, const ReadContent& read, const BlockAligner::Sink& sink);
  Status AddBlocks(File& file, uint64_t offset, std::string_view bytes, Stream* alone);
  Status AddData(File& file, uint64_t offset, std::string_view bytes, Stream* alone);
  Status AddCold(File& file, uint64_t offset, std::string_view bytes, Stream* alone);
  Status Join(File& file);
  Status Cut(Stream& stream, bool all);

  ChunkStore& chunks_;
  const CutSizes sizes_;
  const HotOrder& order_;
  HotStream hot_;
  Stream joined_{.start = kJoined};
  Stream alone_{.start = kAlone};
  ContentIndex small_files_;
  std::vector<StreamChunk> all_;
};

}  // namespace rootstream

// StreamWriter: puts the contents of files into the image's stream, and cuts the stream into chunks. Used by one
// thread; chunks are compressed on others.
//
// A large file is cut alone, so its chunks do not depend on its neighbours. Small files are joined in the order of
// their paths, each content once, and cut together, which makes a quarter of the chunks (docs/design.md). Parts that a
// profile names are moved to the beginning of the stream, in the profile's order. Blocks of zeros become holes, so that
// a sparse file, a copy without holes, and a tar of either make the same image.
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
  // `order` must outlive the writer.
  StreamWriter(ChunkStore& chunks, CutSizes sizes, const HotOrder& order, HotStream hot)
      : chunks_(chunks), sizes_(sizes), order_(order), hot_(std::move(hot)) {}

  using ReadContent = std::function<Status(const Source::ContentUse&)>;
  // Adds the file at `path`, whose content `read` delivers, and returns its extents. Laid() makes their positions
  // final.
  Result<std::vector<FileExtent>> AddFile(const std::string& path, const FileVersion& version, const ReadContent& read);
  // `path` is a further name of a file that was added with `extents`. Moves the parts that the profile names by this
  // path to the beginning, and returns the new extents of the file.
  Result<std::vector<FileExtent>> AddName(const std::string& path, const FileVersion& version,
                                          std::vector<FileExtent> extents, const ReadContent& read);
  bool HasHotParts(const std::string& path) const { return order_.HasParts(path); }
  // The files of directory `path` follow. If enough files are joined, the stream may be cut here, so that a change in
  // one directory does not change the chunks of the next. The decision depends on the path, so that a change elsewhere
  // does not move the cut.
  Status BeginDirectory(const std::string& path);
  Status Finish();  // after the last file; sets the places of all chunks

  // After Finish().
  std::vector<FileExtent> Laid(const std::vector<FileExtent>& extents) const { return hot_.Laid(extents); }
  const std::vector<StreamChunk>& chunks() const { return all_; }  // in order of position
  const HotStream& hot() const { return hot_; }

 private:
  struct Stream {
    uint64_t start = 0;   // position of `pending`
    std::string pending;  // not yet cut
    size_t files = 0;     // files since the last cut
    std::vector<StreamChunk> chunks;
  };
  // The state of AddFile() for one file.
  struct File {
    uint64_t block = 0;  // block size: holes are whole blocks
    std::vector<HotPart> hot;
    std::vector<FileExtent> hot_extents;
    std::vector<FileExtent> extents;  // extents of what is not hot
    std::string data;                 // of a small file: what is not hot, without holes
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

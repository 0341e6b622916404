// HotStream: what is to come first in an image, gathered as the source gives it, then laid in the order of its ranks
// and cut. Its chunks are always read whole, in order and one after another. Not thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "base/spool.h"
#include "chunker/chunk_store.h"
#include "chunker/fastcdc.h"
#include "chunker/source/inode_record.h"

namespace rootstream {

class HotStream {
 public:
  static Result<HotStream> Create();

  // Returns a position that stands for these bytes until they are laid.
  Result<uint64_t> Add(size_t rank, std::string_view bytes);
  // After the last Add().
  Status Write(ChunkStore& chunks, const CutSizes& sizes);
  // The same extents with the positions that their bytes have in the stream.
  std::vector<FileExtent> Laid(const std::vector<FileExtent>& extents) const;

  const std::vector<StreamChunk>& chunks() const { return chunks_; }
  uint64_t size() const { return spool_.size(); }  // bytes

 private:
  struct Piece {
    size_t rank = 0;
    uint64_t spooled = 0;  // where it is in the spool
    uint64_t length = 0;
    uint64_t laid = 0;  // where it is in the stream
  };
  explicit HotStream(Spool spool) : spool_(std::move(spool)) {}

  Spool spool_;
  std::vector<Piece> pieces_;  // by `spooled`
  std::vector<StreamChunk> chunks_;
};

}  // namespace rootstream

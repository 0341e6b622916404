// HotStream: the beginning of an image's stream. It collects hot parts in the order of the source, then sorts them by
// rank and cuts them into chunks. Clients read these chunks whole and in order. Not thread-safe.
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

  // Adds a part. Returns a temporary position for its bytes.
  Result<uint64_t> Add(size_t rank, std::string_view bytes);
  // After the last Add().
  Status Write(ChunkStore& chunks, const CutSizes& sizes);
  // Replaces temporary positions in extents by positions in the stream.
  std::vector<FileExtent> Laid(const std::vector<FileExtent>& extents) const;

  const std::vector<StreamChunk>& chunks() const { return chunks_; }
  uint64_t size() const { return spool_.size(); }  // bytes

 private:
  struct SpooledPart {
    size_t rank = 0;
    uint64_t spooled = 0;  // position in the spool
    uint64_t length = 0;
    uint64_t laid = 0;  // position in the stream
  };
  explicit HotStream(Spool spool) : spool_(std::move(spool)) {}

  Spool spool_;
  std::vector<SpooledPart> parts_;  // by `spooled`
  std::vector<StreamChunk> chunks_;
};

}  // namespace rootstream

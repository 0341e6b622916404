// FileReader: bytes of regular files. Extents lead to the shard's stream, chunk lists to its chunks, the
// cache to their bytes. Thread-safe; answers through callbacks, as Image does.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "cache/object_cache.h"
#include "format/chunk_list.h"
#include "fusefs/ahead/foresight.h"
#include "fusefs/ahead/readahead.h"
#include "fusefs/image/image.h"

namespace rootstream {

// Part of what was read: bytes of a chunk, or zeros where there is no chunk.
struct Piece {
  PlainBytes bytes;  // nullptr: zeros
  size_t offset = 0;
  size_t length = 0;
};
using Pieces = std::vector<Piece>;
using PiecesDone = Callback<Pieces>;

class FileReader {
 public:
  // All references outlive the reader.
  FileReader(ObjectCache& cache, Foresight& foresight, Recorder& recorder)
      : cache_(cache), foresight_(foresight), recorder_(recorder) {}

  // Bytes [offset, offset + size) of a regular file, cut at its end. All of them or an error.
  void Read(const Node& node, uint64_t offset, size_t size, PiecesDone done);

  double run_share() const { return readahead_.run_share(); }

 private:
  class Job;
  struct Chunks {
    std::vector<ObjectRef> refs;
    std::vector<uint64_t> starts;  // of each, counted from the list's start; then the list's size

    size_t IndexAt(uint64_t at) const {
      return std::upper_bound(starts.begin(), starts.end(), at) - starts.begin() - 1;
    }
  };
  using ChunksPtr = std::shared_ptr<const Chunks>;
  using ChunksDone = Callback<ChunksPtr>;

  void NoteRead(const Id& chunk);
  ChunksPtr LoadedList(const Id& id);
  void GetList(const Shard& shard, size_t list, ChunksDone done);
  void PrefetchAhead(const Node& node, const FileRange& ahead);
  std::vector<ObjectRef> LoadedRefs(const Node& node, const FileRange& range);

  // Reads that wait for the network hold their chunks, so only so many bytes of them at a time. Starts the read now
  // or later.
  void Admit(uint64_t cost, const std::shared_ptr<Job>& job);
  void Release(uint64_t cost);

  struct Lists {
    std::list<std::pair<Id, ChunksPtr>> by_use;  // most recent first
    size_t chunks = 0;
  };
  struct Admission {
    uint64_t held = 0;  // bytes
    std::deque<std::pair<uint64_t, std::shared_ptr<Job>>> queue;
    size_t tidy_at = 0;  // entries, when those are to go whose reader has left
  };

  ObjectCache& cache_;
  Foresight& foresight_;
  Recorder& recorder_;
  Readahead readahead_;
  Guarded<Lists> lists_;
  Guarded<Admission> admission_;
};

}  // namespace rootstream

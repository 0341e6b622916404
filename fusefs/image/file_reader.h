// FileReader: reads regular files. The extents of a file lead to its shard's stream, chunk lists to the chunks of the
// stream, and the cache to their bytes. Thread-safe. Answers come through callbacks, as in Image.
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

// A part of the result of a read: bytes of a chunk, or zeros for a hole.
struct ReadPart {
  PlainBytes bytes;  // nullptr: zeros
  size_t offset = 0;
  size_t length = 0;
};
using ReadParts = std::vector<ReadPart>;
using ReadDone = Callback<ReadParts>;

class FileReader {
 public:
  // All references must outlive the reader.
  FileReader(ObjectCache& cache, Foresight& foresight, Recorder& recorder)
      : cache_(cache), foresight_(foresight), recorder_(recorder) {}

  // Reads bytes [offset, offset + size), up to the end of the file. The result has all of them, or is an error.
  void Read(const Node& node, uint64_t offset, size_t size, ReadDone done);

  double sequential_share() const { return readahead_.sequential_share(); }

 private:
  class Job;
  struct Chunks {
    std::vector<ObjectRef> refs;
    std::vector<uint64_t> starts;  // offset of each in the list, then the size of the list

    size_t IndexAt(uint64_t at) const {
      return std::upper_bound(starts.begin(), starts.end(), at) - starts.begin() - 1;
    }
  };
  using ChunksPtr = std::shared_ptr<const Chunks>;
  using ChunksDone = Callback<ChunksPtr>;

  void NoteRead(const Id& chunk);
  ChunksPtr LoadedList(const Id& id);
  void GetList(const Shard& shard, size_t list, ChunksDone done);
  void PrefetchAhead(const Node& node, const Interval& ahead);
  std::vector<ObjectRef> LoadedRefs(const Node& node, const Interval& range);

  // Limits the memory of waiting reads, which hold their chunks. Admits a read at once, or queues it.
  void Admit(uint64_t cost, const std::shared_ptr<Job>& job);
  void Release(uint64_t cost);

  struct Lists {
    std::list<std::pair<Id, ChunksPtr>> by_use;  // most recent first
    size_t chunks = 0;
  };
  struct Admission {
    uint64_t held = 0;  // bytes
    std::deque<std::pair<uint64_t, std::shared_ptr<Job>>> queue;
    size_t tidy_at = 0;  // queue length at which abandoned reads are removed
  };

  ObjectCache& cache_;
  Foresight& foresight_;
  Recorder& recorder_;
  Readahead readahead_;
  Guarded<Lists> lists_;
  Guarded<Admission> admission_;
};

}  // namespace rootstream

// ChunkStore: stores plain chunks in packs, each content once. Threads on all cores hash and compress. Packs are filled
// in the order of Put(), so the same input makes the same packs, whatever the speed of the threads. Chunks that signed
// images of the store already have are not stored again. Hot chunks are stored apart from other chunks, even if they
// are equal: a hot range that is scattered over other packs could not be fetched in few requests. Used by one thread.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "chunker/known_content.h"
#include "chunker/pack_writer.h"

namespace rootstream {

// The compression level: that of the image, or the highest.
enum class Effort : uint8_t { kLevel, kBest };

// The position of a chunk in the stream, and the number of the stored chunk with its bytes.
struct StreamChunk {
  uint64_t start = 0;
  uint32_t plain_size = 0;
  uint32_t stored = 0;  // number in ChunkStore
};

class ChunkStore {
 public:
  struct Stored {
    Id plain_hash;
    Id id;
    uint32_t offset = 0;
    uint32_t stored_size = 0;
    uint32_t plain_size = 0;
    uint32_t pack = 0;  // number: of the known packs, then of the writer's
    bool used = false;  // by this image
  };

  ChunkStore(PackWriter& writer, KnownContent& known, int level, int threads);
  ~ChunkStore();

  // Queues a chunk. Appends it to `out`; its `stored` number is set later, at the latest by Finish(). Waits while the
  // queue is full.
  Status Put(std::string plain, uint64_t start, std::vector<StreamChunk>& out, Effort effort = Effort::kLevel);
  Status Finish();  // stores all queued chunks and closes all packs

  ObjectRef RefOf(uint32_t stored) const;  // after Finish()
  bool WasKnown(uint32_t stored) const {
    return stored_[stored].pack < known_packs_.size();
  }  // in the store before this image
  const Id& PlainHashOf(uint32_t stored) const { return stored_[stored].plain_hash; }
  uint64_t unique_bytes() const { return unique_bytes_; }  // plain bytes of the chunks of this image
  uint64_t stored_bytes() const { return stored_bytes_; }  // their stored bytes
  uint64_t known_bytes() const { return known_bytes_; }    // of these, what the store had before
  size_t unique_chunks() const { return unique_chunks_; }

 private:
  struct Task {
    std::string plain;
    std::string stored;
    uint32_t plain_size = 0;
    Id plain_hash;
    Effort effort = Effort::kLevel;
    bool done = false;  // under the mutex
    std::vector<StreamChunk>* out = nullptr;
    size_t out_index = 0;
  };
  using TaskPtr = std::shared_ptr<Task>;
  using Numbers = std::unordered_map<Id, uint32_t, IdHash>;  // in stored_, by plain hash

  void Work(int level);
  Status WriteFront();
  Numbers& NumbersFor(Effort effort) { return known_numbers_[static_cast<size_t>(effort)]; }
  auto& ClaimedFor(Effort effort) { return claimed_[static_cast<size_t>(effort)]; }
  void Use(uint32_t number);

  PackWriter& writer_;
  KnownContent& known_;
  std::vector<Stored> stored_;
  Numbers known_numbers_[2];  // by effort
  uint64_t unique_bytes_ = 0;
  uint64_t stored_bytes_ = 0;
  uint64_t known_bytes_ = 0;
  size_t unique_chunks_ = 0;
  struct KnownPack {
    Id id;
    bool renewed = false;
  };
  std::vector<KnownPack> known_packs_;

  // known_numbers_ is changed under it too, while threads run.
  Mutex mutex_;
  CondVar queued_;                                   // a task, or the end: for the threads
  CondVar done_;                                     // a task: for the one caller of Put() and Finish()
  std::deque<TaskPtr> tasks_ RS_GUARDED_BY(mutex_);  // in order; the front is written next
  std::deque<TaskPtr> to_do_ RS_GUARDED_BY(mutex_);  // not yet taken by a thread
  std::unordered_map<Id, TaskPtr, IdHash> claimed_[2] RS_GUARDED_BY(mutex_);  // who compresses what; by effort
  bool ending_ RS_GUARDED_BY(mutex_) = false;
  std::vector<Thread> threads_;  // last: they use the rest
};

}  // namespace rootstream

// Fill: brings all of an image into the cache, behind all else and no faster than it is told: metadata first, then
// contents. What is there already is passed over, so it goes on where an earlier one ended. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "cache/object_cache.h"
#include "fusefs/ahead/warmup.h"

namespace rootstream {

inline constexpr uint64_t kNoRateLimit = UINT64_MAX;

class Fill {
 public:
  enum class OnSilence { kWait, kEnd };  // what to do where no store answers
  struct Progress {
    uint64_t total = 0;  // stored bytes of contents; 0 until all metadata is here
    uint64_t done = 0;   // of them, those that are in the cache
    bool ended = false;
    std::string problem;      // why it is not whole
    std::string hindered_by;  // why it does not go on for now
  };

  // `rate`: stored bytes a second. `cache` has a disk, and ends its activity before the fill goes.
  Fill(ObjectCache& cache, const ObjectRef& root, uint64_t rate, OnSilence on_silence);
  // Begins; with a `warmup` that was started, once it has ended.
  void Start(Warmup* warmup);
  void Stop();  // no more is asked for; what is under way is the cache's to end

  uint64_t rate() const { return rate_; }
  Progress progress();

 private:
  using ListUse = std::function<Status(const std::vector<ObjectRef>& chunks)>;

  void Run(Warmup* warmup);
  Status BringAll();
  Status ForEachList(const ListUse& use);
  Result<PlainBytes> Bring(const ObjectRef& ref);
  Status WantChunks(const std::vector<ObjectRef>& chunks);
  Status WantBatch(const std::vector<ObjectRef>& batch, uint64_t size);
  void ChunkCame(uint64_t size, const Result<PlainBytes>& bytes);
  Status WaitForRate(uint64_t size);
  Status WaitForSilenceToEnd();
  Status WaitForCache();
  Status Sleep(std::chrono::steady_clock::duration time);  // fails when it is to stop

  ObjectCache& cache_;
  const ObjectRef root_;
  const uint64_t rate_;
  const OnSilence on_silence_;

  Mutex mutex_;
  CondVar changed_;
  Progress progress_ RS_GUARDED_BY(mutex_);
  bool stopping_ RS_GUARDED_BY(mutex_) = false;
  uint64_t under_way_ RS_GUARDED_BY(mutex_) = 0;         // bytes
  bool is_silent_ RS_GUARDED_BY(mutex_) = false;         // the last that was asked for got no answer
  bool something_missed_ RS_GUARDED_BY(mutex_) = false;  // in this pass: no store answered
  bool something_came_ RS_GUARDED_BY(mutex_) = false;    // likewise: it was not on the disk
  std::optional<Error> failed_ RS_GUARDED_BY(mutex_);

  SteadyTime may_ask_{};  // when the rate allows for more; of the thread alone

  Thread thread_;  // last: it uses the rest
};

}  // namespace rootstream

// Fill: fetches the whole image into the cache, metadata first, with the lowest priority and a limited rate. Objects
// that are cached already are skipped, so a new fill continues an earlier one. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "cache/object_cache.h"

namespace rootstream {

inline constexpr uint64_t kNoRateLimit = UINT64_MAX;

class Fill {
 public:
  enum class OnSilence { kWait, kEnd };  // what to do while no store answers
  struct Progress {
    uint64_t total = 0;  // stored bytes of contents; 0 until all metadata is here
    uint64_t done = 0;   // the part that is in the cache
    bool ended = false;
    std::string problem;      // why it ended before everything was cached
    std::string hindered_by;  // why it is paused
  };

  // `rate`: stored bytes a second. `cache` must have a disk, and must be closed before the fill is destroyed.
  Fill(ObjectCache& cache, const ObjectRef& root, uint64_t rate, OnSilence on_silence);
  // Starts, and begins when `may_begin` is true; it is asked from time to time, on the fill's thread.
  void Start(std::function<bool()> may_begin);
  void Stop();  // requests nothing more; running transfers end with the cache

  uint64_t rate() const { return rate_; }
  Progress progress();

 private:
  using ListUse = std::function<Status(const std::vector<ObjectRef>& chunks)>;

  void Run(const std::function<bool()>& may_begin);
  Status BringAll();
  Status ForEachList(const ListUse& use);
  Result<PlainBytes> Bring(const ObjectRef& ref);
  Status WantChunks(const std::vector<ObjectRef>& chunks);
  Status WantBatch(const std::vector<ObjectRef>& batch, uint64_t size);
  void ChunkCame(uint64_t size, const Result<PlainBytes>& bytes);
  Status WaitForRate(uint64_t size);
  Status WaitForSilenceToEnd();
  Status WaitForCache();
  Status Sleep(std::chrono::steady_clock::duration time);  // fails after Stop()

  ObjectCache& cache_;
  const ObjectRef root_;
  const uint64_t rate_;
  const OnSilence on_silence_;

  Mutex mutex_;
  CondVar changed_;
  Progress progress_ RS_GUARDED_BY(mutex_);
  bool stopping_ RS_GUARDED_BY(mutex_) = false;
  uint64_t under_way_ RS_GUARDED_BY(mutex_) = 0;         // bytes
  bool is_silent_ RS_GUARDED_BY(mutex_) = false;         // no store answered the last request
  bool something_missed_ RS_GUARDED_BY(mutex_) = false;  // an object of this pass could not be fetched
  bool something_came_ RS_GUARDED_BY(mutex_) = false;    // an object of this pass was fetched
  std::optional<Error> failed_ RS_GUARDED_BY(mutex_);

  SteadyTime may_ask_{};  // when the rate allows the next request; used by the thread alone

  Thread thread_;  // last: it uses the rest
};

}  // namespace rootstream

#include <fcntl.h>

#include <deque>
#include <vector>

#include "base/interrupt.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "chunker/source/file_content.h"
#include "chunker/source/folder_walk.h"
#include "chunker/source/source.h"

namespace rootstream {
namespace {

constexpr size_t kBatch = 32;      // entries: each may be an open file
constexpr size_t kMaxBatches = 4;  // waiting

// Walks on a thread of its own: opening a small file takes the kernel longer than reading it.
// Contents are read where they are used, since handing them from one core's cache to the other's
// costs more than it saves. Entries go in batches, or waking a thread for each would cost more than
// the entry.
class FolderSource : public Source {
 public:
  FolderSource(std::string top, UniqueFd fd, SourceOptions options)
      : walk_(std::move(top), std::move(fd), std::move(options)), thread_("walk", [this] { Run(); }) {}

  ~FolderSource() override {
    {
      const MutexLock lock(mutex_);
      ending_ = true;
    }
    taken_.NotifyOne();
  }

  Result<std::optional<SourceEntry>> Next() override {
    if (WasInterrupted()) return Failed("interrupted");
    if (next_ == batch_.size()) TakeBatch();
    Found& found = batch_[next_];
    if (!found.ok()) return found.error();
    if (!found->has_value()) return std::optional<SourceEntry>();
    ++next_;
    current_ = std::move(**found);
    return std::optional(std::move(current_.entry));
  }

  Status ReadContent(const ContentUse& use) override {
    return ReadFileContent(current_.file.get(), current_.stat, current_.shown, use);
  }

 private:
  using Found = Result<std::optional<FolderWalk::Found>>;
  using Batch = std::vector<Found>;

  // The thread's function: runs until the end, an error, or until the source is destroyed.
  void Run() {
    Batch batch;
    while (true) {
      batch.push_back(walk_.Next());
      const bool is_last = !batch.back().ok() || !batch.back()->has_value();
      if (batch.size() < kBatch && !is_last) continue;
      const MutexLock lock(mutex_);
      while (!(ending_ || ready_.size() < kMaxBatches)) taken_.Wait(mutex_);
      if (ending_) return;
      ready_.push_back(std::exchange(batch, {}));
      came_.NotifyOne();
      if (is_last) return;
    }
  }

  void TakeBatch() {
    const MutexLock lock(mutex_);
    while (!(!ready_.empty())) came_.Wait(mutex_);
    batch_ = std::move(ready_.front());
    ready_.pop_front();
    next_ = 0;
    // Not for every batch, so that the thread sleeps less often, and longer.
    if (ready_.size() == kMaxBatches / 2) taken_.NotifyOne();
  }

  FolderWalk walk_;  // used by the thread
  Batch batch_;      // its entries are returned by Next(); an end or an error stays here
  size_t next_ = 0;
  FolderWalk::Found current_;

  Mutex mutex_;
  CondVar came_;
  CondVar taken_;
  std::deque<Batch> ready_ RS_GUARDED_BY(mutex_);
  bool ending_ RS_GUARDED_BY(mutex_) = false;
  Thread thread_;  // the last member, since the thread uses the others
};

}  // namespace

Result<std::unique_ptr<Source>> OpenFolderSource(const std::string& path, const SourceOptions& options) {
  RS_TRY(UniqueFd fd, OpenFile(path, O_RDONLY | O_DIRECTORY));
  std::string top = path;
  while (top.size() > 1 && top.back() == '/') top.pop_back();
  return std::unique_ptr<Source>(new FolderSource(std::move(top), std::move(fd), options));
}

}  // namespace rootstream

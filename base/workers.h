// Workers: a small thread pool for work that must not be done on the network thread, such as verifying and
// decompressing. Tasks may request objects but must not wait for them. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"

namespace rootstream {

class Workers {
 public:
  explicit Workers(int threads);
  ~Workers() { End(); }
  void End();  // runs all queued tasks, then ends the threads; Push() must not be called any more, TryPush() may be

  // Queues a task. Waits while the queue is full, so that a fast network cannot fill memory. `cost`: bytes of memory.
  void Push(size_t cost, std::function<void()> task);
  // Queues an optional task. Returns false, without queuing it, if the queue is full or End() was called.
  bool TryPush(std::function<void()> task);

 private:
  struct Task {
    size_t cost;
    std::function<void()> run;
  };
  void Run();

  Mutex mutex_;
  CondVar changed_;
  std::deque<Task> backlog_ RS_GUARDED_BY(mutex_);
  size_t backlog_cost_ RS_GUARDED_BY(mutex_) = 0;  // bytes, of waiting and running tasks
  bool ending_ RS_GUARDED_BY(mutex_) = false;
  std::vector<Thread> threads_;  // last: they use the rest
};

}  // namespace rootstream

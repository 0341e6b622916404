// A few threads that verify, decompress and hand on: the work that must not be done on the network
// thread. Tasks may want further objects but never wait for one.
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
  void End();  // runs what was pushed, then ends the threads; nothing may be pushed any more, but tried

  // Waits while the backlog is full, so a fast line cannot fill memory. `cost` is in bytes.
  void Push(size_t cost, std::function<void()> task);
  // False, and nothing done, while the backlog is full or the end has begun: for work that may be left out.
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

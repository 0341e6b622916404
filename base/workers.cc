#include "base/workers.h"

namespace rootstream {
namespace {

constexpr size_t kMaxBacklogCost = 6 << 20;
constexpr size_t kMaxOptionalBacklog = 64;  // tasks

}  // namespace

Workers::Workers(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back("worker", [this] { Run(); });
}

void Workers::End() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  changed_.NotifyAll();
  threads_.clear();
}

void Workers::Push(size_t cost, std::function<void()> task) {
  MutexLock lock(mutex_);
  while (!(backlog_cost_ == 0 || backlog_cost_ + cost <= kMaxBacklogCost)) changed_.Wait(mutex_);
  backlog_cost_ += cost;
  backlog_.push_back({cost, std::move(task)});
  lock.Unlock();
  changed_.NotifyAll();
}

bool Workers::TryPush(std::function<void()> task) {
  {
    const MutexLock lock(mutex_);
    if (ending_ || backlog_.size() >= kMaxOptionalBacklog) return false;
    backlog_.push_back({0, std::move(task)});
  }
  changed_.NotifyAll();
  return true;
}

void Workers::Run() {
  while (true) {
    Task task;
    {
      const MutexLock lock(mutex_);
      while (!(ending_ || !backlog_.empty())) changed_.Wait(mutex_);
      if (backlog_.empty()) return;
      task = std::move(backlog_.front());
      backlog_.pop_front();
    }
    task.run();
    if (task.cost == 0) continue;
    task.run = nullptr;
    {
      const MutexLock lock(mutex_);
      backlog_cost_ -= task.cost;
    }
    changed_.NotifyAll();
  }
}

}  // namespace rootstream

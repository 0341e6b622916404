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
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

void Workers::Push(size_t cost, std::function<void()> task) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return backlog_cost_ == 0 || backlog_cost_ + cost <= kMaxBacklogCost; });
  backlog_cost_ += cost;
  backlog_.push_back({cost, std::move(task)});
  lock.unlock();
  changed_.notify_all();
}

bool Workers::TryPush(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || backlog_.size() >= kMaxOptionalBacklog) return false;
    backlog_.push_back({0, std::move(task)});
  }
  changed_.notify_all();
  return true;
}

void Workers::Run() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ending_ || !backlog_.empty(); });
      if (backlog_.empty()) return;
      task = std::move(backlog_.front());
      backlog_.pop_front();
    }
    task.run();
    if (task.cost == 0) continue;
    task.run = nullptr;
    {
      const std::lock_guard lock(mutex_);
      backlog_cost_ -= task.cost;
    }
    changed_.notify_all();
  }
}

}  // namespace rootstream
